using DxyOrleans.Bars.Writing;

namespace DxyOrleans.Grains.Sweep;

/// <summary>Settings of the sweep.</summary>
public sealed record SweepOptions
{
    /// <summary>How many days corrections and the sweep's finds are kept, 30 to 36,500; 0 keeps them for ever.</summary>
    public int KeepDays { get; init; } = Retention.DefaultDays;
}
