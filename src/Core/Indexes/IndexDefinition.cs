using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>
/// A currency index as the registry defines it: <c>factor × Π closeᵢ^exponentᵢ</c> over the components, in the components' order.
/// </summary>
public sealed record IndexDefinition
{
    /// <exception cref="ArgumentException">No component, one named twice, a factor or exponent that is not finite, a factor not above zero.</exception>
    public IndexDefinition(
        Symbol symbol,
        double factor,
        ImmutableArray<IndexComponent> components,
        UtcTime since,
        IDerivingRule? rule = null,
        int maxAgeMinutes = DefaultMaxAgeMinutes
    )
    {
        if (components.IsDefaultOrEmpty)
        {
            throw new ArgumentException($"{symbol} has no component.", nameof(components));
        }

        if (components.Select(component => component.Symbol).Distinct().Count() != components.Length)
        {
            throw new ArgumentException($"{symbol} names a component twice.", nameof(components));
        }

        if (!double.IsFinite(factor) || factor <= 0 || components.Any(component => !double.IsFinite(component.Exponent)))
        {
            throw new ArgumentException($"{symbol} needs a finite factor above zero and finite exponents.", nameof(factor));
        }

        if (maxAgeMinutes is < 0 or > 1440)
        {
            throw new ArgumentException($"{symbol} has a maximum age of {maxAgeMinutes} minutes; 0 to 1440 can be.", nameof(maxAgeMinutes));
        }

        Symbol = symbol;
        Factor = factor;
        Components = components;
        Since = since;
        Rule = rule ?? DerivingRules.Default;
        MaxAgeMinutes = maxAgeMinutes;
    }

    public const int DefaultMaxAgeMinutes = 5;

    public Symbol Symbol { get; }

    public Series Series => new(Symbol, Timeframe.OneMinute);

    public double Factor { get; }

    public ImmutableArray<IndexComponent> Components { get; }

    /// <summary>The first instant for which the basket is valid; nothing is derived before it.</summary>
    public UtcTime Since { get; }

    /// <summary>The deriving version of what is derived from now on; what is stored keeps its own.</summary>
    public IDerivingRule Rule { get; }

    /// <summary>Used by rules that carry closes: how many minutes old a component's close may be, 0 to 1440.</summary>
    public int MaxAgeMinutes { get; }

    /// <summary>
    /// The US Dollar Index: the formula, constant and weights published by ICE Futures U.S. (U.S. Dollar Index contract FAQ, 2011);
    /// the basket is valid from the euro's first trading day.
    /// </summary>
    public static IndexDefinition Dxy { get; } =
        new(
            Symbol.Parse("DXY"),
            50.14348112,
            [
                new(Symbol.Parse("EURUSD"), -0.576),
                new(Symbol.Parse("USDJPY"), 0.136),
                new(Symbol.Parse("GBPUSD"), -0.119),
                new(Symbol.Parse("USDCAD"), 0.091),
                new(Symbol.Parse("USDSEK"), 0.042),
                new(Symbol.Parse("USDCHF"), 0.036),
            ],
            UtcTime.At(1999, 1, 4)
        );
}
