using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>What was sampled of an index within a minute.</summary>
/// <param name="Time">The minute's open.</param>
/// <param name="Open">The first sample.</param>
/// <param name="High">The highest.</param>
/// <param name="Low">The lowest.</param>
/// <param name="Last">The last; of an ended minute the level at its end.</param>
/// <param name="Samples">How many were taken.</param>
/// <param name="Expected">How many there should be by now; 0: that isn't known.</param>
public sealed record SampledMinute(UtcTime Time, decimal Open, decimal High, decimal Low, decimal Last, int Samples, int Expected = 0)
{
    /// <summary>Whether samples are lacking: nobody sampled for a while, or a component had no price that was new enough.</summary>
    public bool HasHole => Samples < Expected;

    /// <summary>The minute with one more sample; another one where the sample lies in another minute, or there was none.</summary>
    public static SampledMinute With(SampledMinute? minute, UtcTime at, decimal level) =>
        minute is null || minute.Time != at.Floor(Timeframe.OneMinute)
            ? new SampledMinute(at.Floor(Timeframe.OneMinute), level, level, level, level, 1)
            : minute.Add(level);

    /// <summary>The minute with one more sample.</summary>
    public SampledMinute Add(decimal level) =>
        this with
        {
            High = Math.Max(High, level),
            Low = Math.Min(Low, level),
            Last = level,
            Samples = Samples + 1,
        };

    /// <summary>The minute's bar with a close: high and low are widened to it where it lies outside.</summary>
    public Bar ToBar(Series series, decimal close) => Bar.Create(series, Time, Open, Math.Max(High, close), Math.Min(Low, close), close);
}
