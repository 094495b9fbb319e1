using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary><see cref="IndexRule"/> over columns, for ranges of many minutes. Pure; gives the same minutes to the last place.</summary>
public static class IndexBlockRule
{
    /// <param name="definition">The basket.</param>
    /// <param name="grid">The closes, reaching <see cref="IndexRule.LookBack"/> before the range.</param>
    /// <param name="range">Minutes wanted, <c>[from, to)</c>; the part before the basket's <c>Since</c> gives nothing.</param>
    /// <param name="version">The rule.</param>
    /// <exception cref="ArgumentOutOfRangeException">A level can't be a price, or there is no such version.</exception>
    public static IndexBlock Derive(IndexDefinition definition, CloseGrid grid, TimeRange range, DerivingVersion version)
    {
        var from = (int)
            Math.Clamp(UtcTime.Max(range.From, definition.Since).Ceiling(Timeframe.OneMinute).Minute - grid.First, 0, grid.Length);
        var to = (int)Math.Clamp(range.To.Ceiling(Timeframe.OneMinute).Minute - grid.First, from, grid.Length);
        var chosen = version switch
        {
            DerivingVersion.Strict => Strict(grid, definition.Components.Length, from, to),
            DerivingVersion.LatestClose => Latest(grid, definition, from, to),
            _ => throw new ArgumentOutOfRangeException(nameof(version), version, "There are deriving versions 1 and 2."),
        };
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
            version,
            [.. chosen.Places.Select(place => grid.First + place)],
            IndexLevels.Compute(definition, closes),
            closes,
            chosen.Ages,
            [
                .. definition
                    .Components.Select((component, i) => new SkipCause(component.Symbol, chosen.Skipped[i]))
                    .Where(cause => cause.Minutes > 0),
            ]
        );
    }

    static (List<int> Places, int[][] Ages, int[] Skipped) Strict(CloseGrid grid, int count, int from, int to)
    {
        var places = new List<int>(to - from);
        var skipped = new int[count];
        for (var place = from; place < to; place++)
        {
            var (missing, printed) = (-1, false);
            for (var i = 0; i < count; i++)
            {
                if (!double.IsNaN(grid.Column(i)[place]))
                {
                    printed = true;
                }
                else if (missing < 0)
                {
                    missing = i;
                }
            }

            if (missing < 0)
            {
                places.Add(place);
            }
            else if (printed)
            {
                skipped[missing]++;
            }
        }

        return (places, [], skipped);
    }

    static (List<int> Places, int[][] Ages, int[] Skipped) Latest(CloseGrid grid, IndexDefinition definition, int from, int to)
    {
        var count = definition.Components.Length;
        var (places, skipped) = (new List<int>(to - from), new int[count]);
        var ages = Enumerable.Range(0, count).Select(_ => new List<int>(to - from)).ToArray();
        var latest = new int[count];
        Array.Fill(latest, int.MinValue / 2);
        var open = OpenMinutes(grid.First, from, to);
        for (var place = Math.Max(0, from - definition.MaxAgeMinutes); place < to; place++)
        {
            var (missing, printed) = (-1, false);
            for (var i = 0; i < count; i++)
            {
                if (!double.IsNaN(grid.Column(i)[place]))
                {
                    latest[i] = place;
                    printed = true;
                }

                if (missing < 0 && place - latest[i] > definition.MaxAgeMinutes)
                {
                    missing = i;
                }
            }

            if (!printed || place < from || !open[place - from])
            {
                continue;
            }

            if (missing >= 0)
            {
                skipped[missing]++;
                continue;
            }

            places.Add(place);
            for (var i = 0; i < count; i++)
            {
                ages[i].Add(place - latest[i]);
            }
        }

        return (places, [.. ages.Select(column => column.ToArray())], skipped);
    }

    static bool[] OpenMinutes(long first, int from, int to)
    {
        var open = new bool[to - from];
        foreach (var range in FxWeek.OpenRanges(new TimeRange(UtcTime.FromMinute(first + from), UtcTime.FromMinute(first + to))))
        {
            Array.Fill(open, true, (int)(range.From.Minute - first - from), (int)(range.To.Minute - range.From.Minute));
        }

        return open;
    }
}
