using System.Collections.Immutable;

namespace DxyOrleans.Feeds.Simulated;

/// <summary>What the simulated market is like. Equal options give equal markets, in every process.</summary>
public sealed record SimulationOptions
{
    public long Seed { get; init; } = 1;

    public ImmutableArray<SimulatedPair> Pairs { get; init; } = SimulatedPair.DollarIndex;

    /// <summary>Ticks on weekends and holidays too, so that a demonstration has something to show on every day.</summary>
    public bool AlwaysOpen { get; init; }

    /// <summary>Stated silences, besides those of <see cref="GapRate"/>.</summary>
    public ImmutableArray<SimulatedGap> Gaps { get; init; } = [];

    /// <summary>The share of hours, 0 to 1, in which a pair falls silent for <see cref="GapMinutes"/>.</summary>
    public double GapRate { get; init; }

    /// <summary>The length of such a silence, 1 to 60 minutes.</summary>
    public int GapMinutes { get; init; } = 10;

    /// <summary>The share of bars, 0 to 1, whose ticks don't come and which arrive whole, late.</summary>
    public double LateRate { get; init; }

    /// <summary>The share of bars, 0 to 1, that are followed later by a bar with other values.</summary>
    public double CorrectionRate { get; init; }

    /// <summary>How long after its end a late or corrected bar arrives at the most, 1 to 1440 minutes; at the least 1 minute.</summary>
    public int MaxDelayMinutes { get; init; } = 30;

    /// <summary>Everything that is out of its range, a sentence each; empty when all is well.</summary>
    public IReadOnlyList<string> Faults()
    {
        var faults = new List<string>();
        Rate(nameof(GapRate), GapRate);
        Rate(nameof(LateRate), LateRate);
        Rate(nameof(CorrectionRate), CorrectionRate);
        Require(GapMinutes is >= 1 and <= 60, $"{nameof(GapMinutes)} is {GapMinutes}; it has to be 1 to 60.");
        Require(MaxDelayMinutes is >= 1 and <= 1440, $"{nameof(MaxDelayMinutes)} is {MaxDelayMinutes}; it has to be 1 to 1440.");
        Require(!Gaps.IsDefault, $"{nameof(Gaps)} is missing; give an empty list for none.");
        Require(!Pairs.IsDefaultOrEmpty, $"{nameof(Pairs)} is empty; a market needs a pair.");
        if (Pairs.IsDefaultOrEmpty)
        {
            return faults;
        }

        Require(Pairs.DistinctBy(pair => pair.Symbol).Count() == Pairs.Length, $"{nameof(Pairs)} names a symbol twice.");
        foreach (var pair in Pairs)
        {
            Require(
                pair.StartPrice is > 0 and < 1_000_000,
                $"{pair.Symbol}: the start price is {pair.StartPrice}; it has to be above 0 and under 1,000,000."
            );
            Require(pair.Decimals is >= 0 and <= 8, $"{pair.Symbol}: {pair.Decimals} decimals; there can be 0 to 8.");
            Require(pair.TicksPerMinute is >= 0 and <= 600, $"{pair.Symbol}: {pair.TicksPerMinute} ticks a minute; there can be 0 to 600.");
            Require(pair.Volatility is >= 0 and <= 5, $"{pair.Symbol}: a volatility of {pair.Volatility}; it has to be 0 to 5.");
            Require(
                pair.Decimals is < 0 or > 8 || decimal.Round(pair.StartPrice * 0.8m, pair.Decimals) > 0,
                $"{pair.Symbol}: {pair.Decimals} decimals can't hold a price near {pair.StartPrice}."
            );
        }

        return faults;

        void Rate(string name, double rate) => Require(rate is >= 0 and <= 1, $"{name} is {rate}; it has to be 0 to 1.");

        void Require(bool met, string fault)
        {
            if (!met)
            {
                faults.Add(fault);
            }
        }
    }
}
