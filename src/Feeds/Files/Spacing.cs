using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>How far apart a symbol's rows lie, against the timeframe they are given as.</summary>
enum SpacingVerdict
{
    /// <summary>Too few rows to tell.</summary>
    Open,

    Fits,

    /// <summary>Three of four rows or more follow the one before by the same length, which is that of a longer timeframe.</summary>
    Wide,

    /// <summary>Most rows follow the one before by less than the timeframe.</summary>
    Narrow,
}

/// <summary>Judges spacings. Pure: what a thin pair or a gap can look like is not refused.</summary>
static class Spacing
{
    const double WideShare = 0.75;
    const double NarrowShare = 0.5;

    /// <summary>Fewer intervals between a symbol's rows tell nothing.</summary>
    const int MinOfOne = 2;

    /// <summary>Fewer intervals between the rows of all symbols, of which none has enough itself, tell nothing.</summary>
    const int MinOfAll = 3;

    /// <summary>The intervals between rows, in ticks; equal times count once.</summary>
    public static List<long> Intervals(IEnumerable<UtcTime> times)
    {
        var sorted = times.Select(time => time.Ticks).Distinct().Order().ToList();
        return [.. sorted.Skip(1).Zip(sorted, (later, earlier) => later - earlier)];
    }

    /// <summary>What one symbol's intervals say; with the one that is most common, in ticks.</summary>
    public static (SpacingVerdict Verdict, long Apart) Judge(IReadOnlyCollection<long> intervals, Timeframe timeframe) =>
        intervals.Count < MinOfOne ? (SpacingVerdict.Open, 0) : Weigh(intervals, timeframe);

    /// <summary>What the intervals of several symbols say together, each of which has too few.</summary>
    public static (SpacingVerdict Verdict, long Apart) JudgeTogether(IReadOnlyCollection<long> intervals, Timeframe timeframe) =>
        intervals.Count < MinOfAll ? (SpacingVerdict.Fits, 0) : Weigh(intervals, timeframe);

    /// <summary>The timeframe of that length, if there is one.</summary>
    public static Timeframe? Of(long ticks) =>
        Timeframe.All.Where(timeframe => timeframe.Ticks == ticks).Select(timeframe => (Timeframe?)timeframe).FirstOrDefault();

    static (SpacingVerdict Verdict, long Apart) Weigh(IReadOnlyCollection<long> intervals, Timeframe timeframe)
    {
        var common = intervals.GroupBy(interval => interval).OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First();
        var narrow = intervals.Count(interval => interval < timeframe.Ticks);
        return narrow >= NarrowShare * intervals.Count ? (SpacingVerdict.Narrow, intervals.Min())
            : common.Key > timeframe.Ticks && common.Count() >= WideShare * intervals.Count && Of(common.Key) is not null
                ? (SpacingVerdict.Wide, common.Key)
            : (SpacingVerdict.Fits, common.Count() >= WideShare * intervals.Count ? common.Key : 0);
    }
}
