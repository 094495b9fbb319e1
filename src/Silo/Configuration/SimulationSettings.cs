using DxyOrleans.Feeds.Simulation;

namespace DxyOrleans.Silo.Configuration;

/// <summary>The settings of the simulated market that configuration can set; see <see cref="SimulationOptions"/> for their meaning and ranges.</summary>
public sealed class SimulationSettings
{
    public long Seed { get; set; } = 1;

    /// <value>Ticks on weekends and holidays too.</value>
    public bool AlwaysOpen { get; set; }

    /// <value>How many minutes before now are published as finished bars when the feed starts, 0 to 10,080.</value>
    public int BackfillMinutes { get; set; }

    public double GapRate { get; set; }

    public double LateRate { get; set; }

    public double CorrectionRate { get; set; }

    public SimulationOptions Options() => new()
    {
        Seed = Seed, AlwaysOpen = AlwaysOpen, GapRate = GapRate, LateRate = LateRate, CorrectionRate = CorrectionRate,
    };
}
