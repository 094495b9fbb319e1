using DxyOrleans.Core.Indexes;

namespace DxyOrleans.Deriving.Slices;

/// <summary>Settings of deriving and rolling up.</summary>
public sealed record DerivingOptions
{
    /// <summary>How long after its end a bucket (or a minute of deriving version 2) is emitted, so that bars on their way still count.
    /// Market time, 0 s to 1 min.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How far back a deletion of bars is a correction of them, after which what was made of them is made of the rest or retired.
    /// Market time, 0 to 366 days.</summary>
    public TimeSpan CorrectionWindow { get; init; } = UsualCorrectionWindow;

    /// <summary>How often an index of deriving version 3 is sampled. Market time; see <see cref="IndexSampler.IsPace"/>.</summary>
    public TimeSpan SampleEvery { get; init; } = IndexSampler.UsualPace;

    public static TimeSpan UsualCorrectionWindow { get; } = TimeSpan.FromDays(7);
}
