using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>
/// The final closes of an index's components over a range, a column a component and a place a minute; a minute without a close holds NaN.
/// </summary>
/// <param name="definition">The basket.</param>
/// <param name="range">Minutes that can be placed, <c>[from, to)</c>.</param>
public sealed class CloseGrid(IndexDefinition definition, TimeRange range)
{
    readonly double[][] _columns = [.. definition.Components.Select(_ => Empty(range))];

    /// <summary>The first minute's number, <see cref="UtcTime.Minute"/>.</summary>
    public long First { get; } = range.From.Ceiling(Timeframe.OneMinute).Minute;

    /// <summary>How many minutes there are.</summary>
    public int Length => _columns[0].Length;

    /// <summary>One component's closes, from <see cref="First"/> on.</summary>
    public ReadOnlySpan<double> Column(int component) => _columns[component];

    /// <param name="component">Its place among the components.</param>
    /// <param name="minute">Its number; what lies outside the grid is left out.</param>
    /// <param name="close">The close.</param>
    /// <returns>False when the minute has another one already, which stands; the same one twice is one.</returns>
    /// <exception cref="ArgumentOutOfRangeException">Not a finite number above zero.</exception>
    public bool Place(int component, long minute, double close)
    {
        var place = minute - First;
        if (place < 0 || place >= Length)
        {
            return true;
        }

        if (!(close > 0) || double.IsInfinity(close))
        {
            throw new ArgumentOutOfRangeException(
                nameof(close),
                close,
                $"The close of {definition.Components[component].Symbol} has to be above zero."
            );
        }

        ref var found = ref _columns[component][place];
        if (!double.IsNaN(found))
        {
            return found == close;
        }

        found = close;
        return true;
    }

    static double[] Empty(TimeRange range)
    {
        var column = new double[Math.Max(0, range.To.Ceiling(Timeframe.OneMinute).Minute - range.From.Ceiling(Timeframe.OneMinute).Minute)];
        Array.Fill(column, double.NaN);
        return column;
    }
}
