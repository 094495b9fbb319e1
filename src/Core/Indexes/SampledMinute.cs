using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>The minute that samples of a level are building.</summary>
public sealed record SampledMinute(UtcTime Time, decimal Open, decimal High, decimal Low, decimal Last, int Samples)
{
    /// <summary>The minute with one more sample; another one where the sample lies in another minute, or there was none.</summary>
    public static SampledMinute With(SampledMinute? minute, UtcTime at, decimal level) =>
        minute is null || minute.Time != at.Floor(Timeframe.OneMinute)
            ? new SampledMinute(at.Floor(Timeframe.OneMinute), level, level, level, level, 1)
            : minute with
            {
                High = Math.Max(minute.High, level),
                Low = Math.Min(minute.Low, level),
                Last = level,
                Samples = minute.Samples + 1,
            };
}
