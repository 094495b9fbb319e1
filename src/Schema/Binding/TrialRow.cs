using System.Globalization;
using System.Text.Json.Nodes;
using System.Xml;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Schema.Binding;

/// <summary>A row that a trial writes.</summary>
/// <param name="Table">Where.</param>
/// <param name="Series">Of what.</param>
/// <param name="Source">Its source.</param>
/// <param name="Role">The role that writes such rows; null: the login.</param>
/// <param name="IsNeeded">Whether work stands still where it is refused; else only a migration would meet it.</param>
/// <param name="IsLookedAt">Whether it is only written to see what the host's triggers make of it: nobody is told where it is
/// refused.</param>
public sealed record TrialRow(string Table, Series Series, string Source, string? Role, bool IsNeeded, bool IsLookedAt = false)
{
    // By these digits each way of rounding shows: none of the first would be rounded up, each of the second.
    const decimal Digits = 0.00412341m;
    const decimal Correction = 0.00265447m;

    /// <summary>What the row says of where it comes from.</summary>
    public string Raw =>
        Source == BarSource.Ingest ? "{}"
        : Series.Timeframe == Core.Time.Timeframe.OneMinute
            ? $$$"""{"kind": "{{{Series.Symbol.Name.ToLowerInvariant()}}}", "version": 1, "inputs": {}}"""
        : """{"kind": "rollup", "inputs": 1, "expected": 1}""";

    /// <summary>
    /// Its four prices and what they are corrected to, in the order in which they are tried: with digits at each of the eight places, as an
    /// index has; then as pairs are quoted, for a host that takes no finer ones.
    /// </summary>
    public IEnumerable<(decimal Price, decimal Corrected)> Prices()
    {
        var whole = Whole;
        yield return (whole + Digits, whole + Digits + Correction);
        if (whole != IndexLevel)
        {
            var (step, places) = whole > 100 ? (0.002m, 3) : (0.00002m, 5);
            yield return (decimal.Round(whole + Digits, places), decimal.Round(whole + Digits, places) + step);
        }
    }

    const decimal IndexLevel = 103.04m;

    decimal Whole =>
        Series.Symbol.Name switch
        {
            "EURUSD" => 1.10m,
            "USDJPY" => 150.01m,
            "GBPUSD" => 1.27m,
            "USDCAD" => 1.36m,
            "USDSEK" => 10.50m,
            "USDCHF" => 0.88m,
            _ => IndexLevel,
        };

    internal JsonObject ToJson(int n) =>
        new()
        {
            ["n"] = n,
            ["table_name"] = Table,
            ["symbol"] = Series.Symbol.Name,
            ["timeframe"] = Series.Timeframe.ToString(),
            ["length"] = XmlConvert.ToString(Series.Timeframe.Length),
            ["source"] = Source,
            ["raw"] = Raw,
            ["role"] = Role,
            ["prices"] = new JsonArray([.. Prices().Select(price => new JsonArray(price.Price, price.Corrected))]),
        };

    public override string ToString() =>
        $"{Series} of source '{Source}' with open, high, low, close {Prices().First().Price.ToString(CultureInfo.InvariantCulture)}, "
        + $"vol 0, trade_count 0, vwap null";
}
