using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>
/// A currency index as the registry defines it: <c>factor × Π closeᵢ^exponentᵢ</c> over the components, in the components' order.
/// </summary>
public sealed record IndexDefinition
{
    /// <exception cref="ArgumentException">No component, one named twice, a factor or exponent that is not finite, a factor not above
    /// zero.</exception>
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
        MaxAgeMinutes = GreatestAge = maxAgeMinutes;
    }

    public const int DefaultMaxAgeMinutes = 5;

    public Symbol Symbol { get; }

    public Series Series => new(Symbol, Timeframe.OneMinute);

    /// <summary>Of the first period, as are the components' exponents; <see cref="At"/> has those of a time.</summary>
    public double Factor { get; private init; }

    public ImmutableArray<IndexComponent> Components { get; private init; }

    /// <summary>Later periods with other weights of the same components, ascending; each ends the one before.</summary>
    public ImmutableArray<IndexPeriod> Later { get; private init; } = [];

    // One definition a period, the first one's first; empty where there is but one.
    ImmutableArray<IndexDefinition> Periods { get; init; } = [];

    /// <summary>
    /// The definition by which a minute's level is computed: the factor and exponents of its period, and no other
    /// periods.
    /// </summary>
    public IndexDefinition At(UtcTime time)
    {
        var period = Later.Length;
        while (period > 0 && Later[period - 1].Since > time)
        {
            period--;
        }

        return Later.IsEmpty ? this : Periods[period];
    }

    /// <summary>The definition with one more period, which ends the last.</summary>
    /// <exception cref="ArgumentException">
    /// It doesn't begin with a minute after the last one's beginning, its factor isn't above zero, or it hasn't one finite exponent
    /// a component.
    /// </exception>
    public IndexDefinition With(IndexPeriod period)
    {
        var last = Later.IsEmpty ? Since : Later[^1].Since;
        if (period.Since <= last || period.Since != period.Since.Floor(Timeframe.OneMinute))
        {
            throw new ArgumentException(
                $"{Symbol} has a period since {last}; the next begins with a minute after it, not at {period.Since}."
            );
        }

        if (!double.IsFinite(period.Factor) || period.Factor <= 0 || period.Exponents.Any(exponent => !double.IsFinite(exponent)))
        {
            throw new ArgumentException($"{Symbol} since {period.Since} needs a finite factor above zero and finite exponents.");
        }

        if (period.Exponents.Length != Components.Length)
        {
            throw new ArgumentException($"{Symbol} since {period.Since} needs an exponent for each of its {Components.Length} components.");
        }

        var alone = this with
        {
            Later = [],
            Periods = [],
            Factor = period.Factor,
            Components = [.. Components.Select((component, i) => component with { Exponent = period.Exponents[i] })],
        };
        return this with { Later = Later.Add(period), Periods = (Periods.IsEmpty ? [this] : Periods).Add(alone) };
    }

    /// <summary>The first instant for which the basket is valid; nothing is derived before it.</summary>
    public UtcTime Since { get; }

    /// <summary>The deriving version of what is derived from now on; what is stored keeps its own.</summary>
    public IDerivingRule Rule { get; }

    /// <summary>Used by rules that carry closes: how many minutes old a component's close may be, 0 to 1440, unless it has a maximum
    /// of its own.</summary>
    public int MaxAgeMinutes { get; }

    /// <summary>Components with a maximum age of their own, minutes.</summary>
    public ImmutableDictionary<Symbol, int> OwnMaxAges { get; private init; } = ImmutableDictionary<Symbol, int>.Empty;

    /// <summary>How many minutes old the close of any component may be.</summary>
    public int GreatestAge { get; private init; }

    /// <summary>Used by <see cref="DerivingRules.Sampled"/>: the rule for minutes of which there are no samples.</summary>
    public IDerivingRule WithoutSamples { get; private init; } = DerivingRules.LatestClose;

    /// <summary>How many minutes old the close of a component may be, by its place.</summary>
    public int MaxAgeOf(int component) => OwnMaxAges.GetValueOrDefault(Components[component].Symbol, MaxAgeMinutes);

    /// <summary>The definition with maximum ages of single components' own: a stale close of a small weight costs less than one of a
    /// great.</summary>
    /// <exception cref="ArgumentException">One of another symbol, or not 0 to 1440 minutes.</exception>
    public IndexDefinition With(ImmutableDictionary<Symbol, int> ownMaxAges)
    {
        foreach (var (component, minutes) in ownMaxAges)
        {
            if (Components.All(one => one.Symbol != component) || minutes is < 0 or > 1440)
            {
                throw new ArgumentException(
                    $"{Symbol} has a maximum age of {minutes} minutes for {component}; components of its can have 0 to 1440."
                );
            }
        }

        var with = this with { OwnMaxAges = ownMaxAges };
        with = with with { GreatestAge = Enumerable.Range(0, Components.Length).Max(with.MaxAgeOf) };
        return with with { Periods = [.. Periods.Select(period => period.With(ownMaxAges))] };
    }

    /// <summary>The definition with another rule for minutes of which there are no samples.</summary>
    /// <exception cref="ArgumentException">That rule needs samples.</exception>
    public IndexDefinition WithoutSamplesBy(IDerivingRule rule) =>
        rule.NeedsSamples
            ? throw new ArgumentException($"{Symbol} can't have version {rule.Version} where there are no samples: it is made of them.")
            : this with
            {
                WithoutSamples = rule,
            };

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
