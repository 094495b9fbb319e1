using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>The newest price of a component, and the one that it is compared with.</summary>
/// <param name="Price">Above zero.</param>
/// <param name="At">When it was quoted, or the end of the bar that it closed.</param>
/// <param name="Before">The price of before; null: none is known.</param>
public sealed record LivePrice(decimal Price, UtcTime At, decimal? Before);

/// <summary>A component of an index as it is now.</summary>
/// <param name="Component">Which.</param>
/// <param name="Newest">Its price; null: it has none.</param>
/// <param name="Age">How old that is.</param>
/// <param name="Points">What it contributed to the index's change; null where that isn't known.</param>
public sealed record LiveComponent(IndexComponent Component, LivePrice? Newest, TimeSpan? Age, decimal? Points);

/// <summary>An index from the newest price of each of its components.</summary>
/// <param name="Level">Null where a component has no price.</param>
/// <param name="Before">The level of the prices of before; null where one isn't known.</param>
/// <param name="Components">In the basket's order.</param>
public sealed record LiveIndex(decimal? Level, decimal? Before, ImmutableArray<LiveComponent> Components)
{
    public decimal? Change => Level - Before;

    /// <summary>The components whose price is older than the definition allows, or that have none.</summary>
    /// <param name="maxAge">How old one may be.</param>
    public IEnumerable<LiveComponent> Stale(TimeSpan maxAge) => Components.Where(component => component.Age is not { } age || age > maxAge);

    public static LiveIndex Of(IndexDefinition definition, IReadOnlyDictionary<Symbol, LivePrice> prices, UtcTime now)
    {
        // Both levels by the weights of now: the change is that of the prices.
        definition = definition.At(now);
        var newest = definition.Components.Select(component => prices.GetValueOrDefault(component.Symbol)).ToImmutableArray();
        var level = LevelOf(definition, [.. newest.Select(price => price?.Price)]);
        var before = LevelOf(definition, [.. newest.Select(price => price?.Before)]);
        var moves = definition
            .Components.Zip(newest, (component, price) =>
                price?.Before is { } old ? IndexFormula.Contribution(component, old, price.Price) : 0
            )
            .ToImmutableArray();

        // Logarithms add up to the move as a whole; each has its share of the points.
        var sum = moves.Sum();
        return new LiveIndex(
            level,
            before,
            [
                .. definition.Components.Select(
                    (component, i) =>
                        new LiveComponent(
                            component,
                            newest[i],
                            newest[i] is { } price ? (now > price.At ? now - price.At : TimeSpan.Zero) : null,
                            level is { } to && before is { } from ? Points(moves[i], sum, from, to) : null
                        )
                ),
            ]
        );
    }

    // Where nothing moved on the whole, a logarithm is worth the level.
    static decimal Points(double move, double sum, decimal from, decimal to) =>
        Price.Round(Math.Abs(sum) > 1e-12 ? move / sum * (double)(to - from) : move * (double)from);

    static decimal? LevelOf(IndexDefinition definition, ImmutableArray<decimal?> prices) =>
        prices.All(price => price is > 0)
        && IndexFormula.TryLevel(definition, [.. prices.Select(price => (double)price!.Value)], out var level)
            ? level
            : null;
}
