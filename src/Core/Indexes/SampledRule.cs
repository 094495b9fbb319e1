using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>
/// Deriving version 3: version 2's close, and the open, high and low of what was sampled of the index within the minute. A minute of which
/// there are no samples is made by the definition's rule for those, and carries that one.
/// </summary>
sealed class SampledRule : IDerivingRule
{
    public int Version => 3;

    public bool CarriesCloses => true;

    public bool IsEmittedByTime => true;

    public bool NeedsSamples => true;

    public IDerivingRule WithoutSamples(IndexDefinition definition) => definition.WithoutSamples;

    public IndexRule.Result Derive(
        IndexDefinition definition,
        IReadOnlyList<ComponentCloses> closes,
        IReadOnlyDictionary<UtcTime, SampledMinute> samples,
        long from,
        long to
    )
    {
        var flat = definition.WithoutSamples.Derive(definition, closes, samples, from, to);
        if (samples.Count == 0)
        {
            return flat;
        }

        var sampled = DerivingRules.LatestClose.Derive(definition, closes, samples, from, to);
        return new IndexRule.Result(
            [
                .. flat
                    .Minutes.Where(minute => !samples.ContainsKey(minute.Time))
                    .Concat(
                        sampled
                            .Minutes.Where(minute => samples.ContainsKey(minute.Time))
                            .Select(minute => minute with { Rule = this, Samples = samples[minute.Time] })
                    )
                    .OrderBy(minute => minute.Time),
            ],
            flat.Skipped,
            [.. flat.Impossible.Union(sampled.Impossible.Where(samples.ContainsKey)).Order()]
        );
    }

    public ChosenMinutes Choose(IndexDefinition definition, CloseGrid grid, int from, int to) =>
        definition.WithoutSamples.Choose(definition, grid, from, to);
}
