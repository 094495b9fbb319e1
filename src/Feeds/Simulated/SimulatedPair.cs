using System.Collections.Immutable;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Simulated;

/// <summary>One pair of the simulated market.</summary>
/// <param name="Symbol">The pair.</param>
/// <param name="StartPrice">The price about which it moves; above zero.</param>
/// <param name="Decimals">Places of its quotes, 0 to 8.</param>
/// <param name="TicksPerMinute">Ticks of an average minute of the busiest hour, 0 to 600; below about 3, quiet minutes have none.</param>
/// <param name="Volatility">How far it moves, 1 being a major pair (about half a percent a day); 0 to 5.</param>
public sealed record SimulatedPair(Symbol Symbol, decimal StartPrice, int Decimals, double TicksPerMinute, double Volatility)
{
    /// <summary>The six pairs of the dollar index, USDSEK thin.</summary>
    public static ImmutableArray<SimulatedPair> DollarIndex { get; } =
    [
        new(Symbol.Parse("EURUSD"), 1.10m, 5, 40, 1.0),
        new(Symbol.Parse("USDJPY"), 150m, 3, 36, 1.2),
        new(Symbol.Parse("GBPUSD"), 1.27m, 5, 30, 1.1),
        new(Symbol.Parse("USDCAD"), 1.36m, 5, 24, 0.8),
        new(Symbol.Parse("USDSEK"), 10.5m, 5, 2.5, 1.3),
        new(Symbol.Parse("USDCHF"), 0.88m, 5, 24, 0.9),
    ];

    /// <summary>The same pairs, each with a tick in every minute of every hour: for feeds of whole bars.</summary>
    public static ImmutableArray<SimulatedPair> EveryMinute { get; } = [.. DollarIndex.Select(pair => pair with { TicksPerMinute = 12 })];
}
