using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>
/// Deriving version 2: the latest close of each component within the definition's maximum age, in each open-market minute in which a
/// component printed; emitted at the minute's end plus grace.
/// </summary>
sealed class LatestCloseRule : IDerivingRule
{
    public int Version => 2;

    public bool CarriesCloses => true;

    public bool IsEmittedByTime => true;

    public IndexRule.Result Derive(
        IndexDefinition definition,
        IReadOnlyList<ComponentCloses> closes,
        IReadOnlyDictionary<UtcTime, SampledMinute> samples,
        long from,
        long to
    ) => CloseScan.Run(this, definition, closes, from, to, static minute => FxWeek.IsOpen(UtcTime.FromMinute(minute)));

    public ChosenMinutes Choose(IndexDefinition definition, CloseGrid grid, int from, int to)
    {
        var count = definition.Components.Length;
        var (places, skipped) = (new List<int>(to - from), new int[count]);
        var ages = Enumerable.Range(0, count).Select(_ => new List<int>(to - from)).ToArray();
        var maxAges = Enumerable.Range(0, count).Select(definition.MaxAgeOf).ToArray();
        var latest = new int[count];
        Array.Fill(latest, int.MinValue / 2);
        var open = OpenMinutes(grid.First, from, to);
        for (var place = Math.Max(0, from - definition.GreatestAge); place < to; place++)
        {
            var (missing, printed) = (-1, false);
            for (var i = 0; i < count; i++)
            {
                if (!double.IsNaN(grid.Column(i)[place]))
                {
                    latest[i] = place;
                    printed = true;
                }

                if (missing < 0 && place - latest[i] > maxAges[i])
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

        return new ChosenMinutes(places, [.. ages.Select(column => column.ToArray())], skipped);
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
