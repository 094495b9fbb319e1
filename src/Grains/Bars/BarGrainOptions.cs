namespace DxyOrleans.Grains.Bars;

/// <summary>Settings of the bar grains.</summary>
public sealed record BarGrainOptions
{
    /// <summary>How far ahead of the clock a bar or tick may lie and still be taken. Market time.</summary>
    public TimeSpan FutureSkew { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long after its end a forming minute is closed, so that ticks on their way still count. Market time.</summary>
    public TimeSpan CloseGrace { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How often a forming minute that took ticks is saved: what a crash can lose of it.</summary>
    public TimeSpan SaveEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether every bar and tick is refused, because nothing may be stored.</summary>
    public bool Shadow { get; init; }
}
