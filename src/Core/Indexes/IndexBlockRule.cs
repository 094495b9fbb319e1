using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary><see cref="IndexRule"/> over columns, for ranges of many minutes. Pure; gives the same minutes to the last place.</summary>
public static class IndexBlockRule
{
    /// <param name="definition">The basket.</param>
    /// <param name="grid">The closes, reaching <see cref="IDerivingRule.LookBack"/> before the range.</param>
    /// <param name="range">Minutes wanted, <c>[from, to)</c>; the part before the basket's <c>Since</c> gives nothing.</param>
    /// <param name="rule">The deriving version; of no minute there are samples.</param>
    /// <exception cref="ArgumentOutOfRangeException">A level can't be a price.</exception>
    public static IndexBlock Derive(IndexDefinition definition, CloseGrid grid, TimeRange range, IDerivingRule rule)
    {
        rule = rule.WithoutSamples(definition);
        var from = (int)
            Math.Clamp(UtcTime.Max(range.From, definition.Since).Ceiling(Timeframe.OneMinute).Minute - grid.First, 0, grid.Length);
        var to = (int)Math.Clamp(range.To.Ceiling(Timeframe.OneMinute).Minute - grid.First, from, grid.Length);
        var chosen = rule.Choose(definition, grid, from, to);
        var count = definition.Components.Length;
        var closes = new double[count][];
        for (var i = 0; i < count; i++)
        {
            var column = grid.Column(i);
            var picked = closes[i] = new double[chosen.Places.Count];
            var ages = chosen.Ages.Length == 0 ? [] : chosen.Ages[i];
            for (var n = 0; n < picked.Length; n++)
            {
                picked[n] = column[chosen.Places[n] - (ages.Length == 0 ? 0 : ages[n])];
            }
        }

        return new IndexBlock(
            definition,
            rule,
            [.. chosen.Places.Select(place => grid.First + place)],
            Levels(definition, [.. chosen.Places.Select(place => grid.First + place)], closes),
            closes,
            chosen.Ages,
            [
                .. definition
                    .Components.Select((component, i) => new SkipCause(component.Symbol, chosen.Skipped[i]))
                    .Where(cause => cause.Minutes > 0),
            ]
        );
    }

    // Each period's stretch of the columns by its own weights.
    static long[] Levels(IndexDefinition definition, long[] minutes, double[][] closes)
    {
        if (definition.Later.IsEmpty)
        {
            return IndexLevels.Compute(definition, closes);
        }

        var levels = new List<long>(minutes.Length);
        for (int from = 0, period = 0; from < minutes.Length; period++)
        {
            var next = period < definition.Later.Length ? definition.Later[period].Since.Minute : long.MaxValue;
            var to = from;
            while (to < minutes.Length && minutes[to] < next)
            {
                to++;
            }

            if (to > from)
            {
                var weights = definition.At(UtcTime.FromMinute(minutes[from]));
                levels.AddRange(IndexLevels.Compute(weights, [.. closes.Select(column => column[from..to])]));
                from = to;
            }
        }

        return [.. levels];
    }
}
