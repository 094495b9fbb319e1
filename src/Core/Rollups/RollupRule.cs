using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Rollups;

/// <summary>
/// Folding bars of one timeframe into a larger: open of the first, highest high, lowest low, close of the last, sums of volume and count,
/// vwap weighted by volume over the inputs that have both. What an input doesn't know adds nothing, and is counted. Partial inputs are left
/// out. A bucket without input gives nothing.
/// </summary>
public static class RollupRule
{
    /// <param name="inputs">Bars of one series, ascending by time.</param>
    /// <param name="to">The larger timeframe.</param>
    /// <exception cref="ArgumentException">Inputs of different series, not ascending, or not smaller than
    /// <paramref name="to"/>.</exception>
    public static IReadOnlyList<RolledBar> Fold(IReadOnlyList<Bar> inputs, Timeframe to)
    {
        var rolled = new List<RolledBar>();
        var start = 0;
        for (var i = 0; i < inputs.Count; i++)
        {
            Check(inputs, i, to);
            var bucket = inputs[i].Time.Floor(to);
            if (i + 1 < inputs.Count && inputs[i + 1].Time.Floor(to) == bucket)
            {
                continue;
            }

            if (FoldBucket(inputs, start, i + 1, bucket, to) is { } bar)
            {
                rolled.Add(bar);
            }

            start = i + 1;
        }

        return rolled;
    }

    static RolledBar? FoldBucket(IReadOnlyList<Bar> inputs, int from, int end, UtcTime bucket, Timeframe to)
    {
        Bar? first = null;
        var last = inputs[from];
        var sums = new RollupSums();
        decimal high = 0,
            low = 0;
        for (var i = from; i < end; i++)
        {
            var bar = inputs[i];
            if (bar.IsPartial)
            {
                continue;
            }

            high = first is null ? bar.High : Math.Max(high, bar.High);
            low = first is null ? bar.Low : Math.Min(low, bar.Low);
            first ??= bar;
            last = bar;
            sums.Add(bar);
        }

        if (first is null)
        {
            return null;
        }

        var volume = sums.IsExact
            ? sums.Volume
            : Volume.Sum(inputs.Skip(from).Take(end - from).Where(bar => !bar.IsPartial).Select(bar => bar.Volume));
        var folded = Bar.Create(
            first.Series with
            {
                Timeframe = to,
            },
            bucket,
            first.Open,
            high,
            low,
            last.Close,
            volume,
            sums.Vwap,
            sums.TradeCount
        );
        var expected = FxWeek.OpenMinutes(new TimeRange(bucket, bucket + to)) / first.Timeframe.Minutes;
        return new RolledBar(folded, sums.Inputs, expected)
        {
            UnknownVolumes = sums.UnknownVolumes,
            UnknownTradeCounts = sums.UnknownTradeCounts,
            UnknownVwaps = sums.UnknownVwaps,
        };
    }

    static void Check(IReadOnlyList<Bar> inputs, int i, Timeframe to)
    {
        var bar = inputs[i];
        if (bar.Timeframe >= to)
        {
            throw new ArgumentException($"A {bar.Timeframe} bar can't be folded into {to}.", nameof(inputs));
        }

        if (i > 0 && bar.Series != inputs[i - 1].Series)
        {
            throw new ArgumentException($"Bars of {inputs[i - 1].Series} and {bar.Series} can't be folded together.", nameof(inputs));
        }

        if (i > 0 && bar.Time <= inputs[i - 1].Time)
        {
            throw new ArgumentException($"{bar.Series}: bars have to ascend; {bar.Time} follows {inputs[i - 1].Time}.", nameof(inputs));
        }
    }
}
