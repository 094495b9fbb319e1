using System.Collections.Immutable;
using DxyOrleans.Feeds.Simulated;

namespace DxyOrleans.Feeds.Tests.Live;

/// <summary>The six pairs, of which one has minutes in which nothing is quoted.</summary>
static class ThinPairs
{
    public static ImmutableArray<SimulatedPair> WithThinKrona { get; } =
    [.. SimulatedPair.DollarIndex.Select(pair => pair.Symbol.Name == "USDSEK" ? pair with { TicksPerMinute = 1 } : pair)];
}
