using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Bars;

/// <summary>A row of a table that can't be a bar, because a price of it says nothing. It is named and left out; what stands beside it isn't
/// hurt.</summary>
/// <param name="Series">Whose bar it would be.</param>
/// <param name="Time">Its open.</param>
/// <param name="Column">The column that says so.</param>
/// <param name="Value">What stands there, shortened where it is long.</param>
/// <param name="Why">What is wrong with that; empty where the value speaks for itself.</param>
public sealed record UnfitRow(Series Series, UtcTime Time, string Column, string Value, string Why = "")
{
    /// <summary>What is wrong, whenever it is.</summary>
    public string Fault => $"{Column} of {Series.Symbol} is {Value}{(Why.Length > 0 ? ", " + Why : "")}";

    /// <summary>In one line, with what to do.</summary>
    public string Reason => $"{Fault} ({Series} {Time}); mend or delete that row, and what depends on it is derived by itself";

    public override string ToString() => Reason;
}
