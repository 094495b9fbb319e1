using DxyOrleans.Core.Bars;
using DxyOrleans.Storage.Bars;

namespace DxyOrleans.Storage.Schema.Binding;

/// <summary>A row that a trial writes.</summary>
/// <param name="Table">Where.</param>
/// <param name="Series">Of what.</param>
/// <param name="Source">Its source.</param>
/// <param name="Price">Its four prices, with digits at each of the eight places.</param>
/// <param name="Role">The role that writes such rows; null: the login.</param>
/// <param name="IsNeeded">Whether work stands still where it is refused; else only a migration would meet it.</param>
public sealed record TrialRow(string Table, Series Series, string Source, decimal Price, string? Role, bool IsNeeded)
{
    /// <summary>What the row says of where it comes from.</summary>
    public string Raw => Source == BarSource.Ingest ? "{}" : Series.Timeframe == Core.Time.Timeframe.OneMinute
        ? $$$"""{"kind": "{{{Series.Symbol.Name.ToLowerInvariant()}}}", "version": 1, "inputs": {}}""" : """{"kind": "rollup", "inputs": 1, "expected": 1}""";

    public override string ToString() =>
        $"{Series} of source '{Source}' with open, high, low, close {Price.ToString(System.Globalization.CultureInfo.InvariantCulture)}, vol 0, trade_count 0, vwap null";
}
