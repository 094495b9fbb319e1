using System.Collections.Immutable;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>What an index's minutes are, given its components' closes. Pure: no clock, no table.</summary>
public static class IndexRule
{
    static readonly ImmutableDictionary<UtcTime, SampledMinute> NoSamples = ImmutableDictionary<UtcTime, SampledMinute>.Empty;

    /// <param name="Minutes">The derived minutes, ascending.</param>
    /// <param name="Skipped">Minutes with some but not all inputs, by the first missing component.</param>
    /// <param name="Impossible">Minutes with all inputs whose level can't be a price, ascending.</param>
    public sealed record Result(IReadOnlyList<IndexMinute> Minutes, ImmutableArray<SkipCause> Skipped, ImmutableArray<UtcTime> Impossible);

    /// <summary>Derives every minute of the range for which the rule gives one.</summary>
    /// <param name="definition">The basket.</param>
    /// <param name="closes">A column a component, in the components' order, reaching <see cref="IDerivingRule.LookBack"/> before the
    /// range.</param>
    /// <param name="range">Minutes wanted, <c>[from, to)</c>; the part before the basket's <c>Since</c> gives nothing.</param>
    /// <param name="rule">The deriving version.</param>
    /// <param name="samples">What was sampled of the index, by the minute; null: nothing.</param>
    public static Result Derive(
        IndexDefinition definition,
        IReadOnlyList<ComponentCloses> closes,
        TimeRange range,
        IDerivingRule rule,
        IReadOnlyDictionary<UtcTime, SampledMinute>? samples = null
    )
    {
        if (closes.Count != definition.Components.Length)
        {
            throw new ArgumentException(
                $"{definition.Symbol} has {definition.Components.Length} components, {closes.Count} columns came.",
                nameof(closes)
            );
        }

        var from = UtcTime.Max(range.From, definition.Since).Ceiling(Timeframe.OneMinute).Minute;
        var to = range.To.Ceiling(Timeframe.OneMinute).Minute;
        return rule.Derive(definition, closes, samples ?? NoSamples, from, to);
    }
}
