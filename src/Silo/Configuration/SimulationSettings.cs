using DxyOrleans.Core.Bars;
using DxyOrleans.Feeds.Simulated;

namespace DxyOrleans.Silo.Configuration;

/// <summary>The settings of the simulated market that configuration can set; see <see cref="SimulationOptions"/> for their meaning and
/// ranges.</summary>
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

    /// <value>Whole final bars instead of ticks, one a pair and minute; left out: where market time runs over 30 times as fast as real
    /// time.</value>
    public bool? Bars { get; set; }

    /// <value>The source that the feed's bars bear. Default <c>synthetic</c>.</value>
    public string Source { get; set; } = BarSource.Synthetic;

    /// <param name="bars">Whether they are for whole bars: every pair then has ticks in every minute.</param>
    public SimulationOptions Options(bool bars = false) =>
        new()
        {
            Pairs = bars ? SimulatedPair.EveryMinute : SimulatedPair.DollarIndex,
            Seed = Seed,
            AlwaysOpen = AlwaysOpen,
            GapRate = GapRate,
            LateRate = LateRate,
            CorrectionRate = CorrectionRate,
        };
}
