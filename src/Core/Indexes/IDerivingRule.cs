using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>
/// A deriving version: the rule by which an index's minutes are made from its components. A stored row carries the version it was made by
/// and is judged by it. Pure: no clock, no table. Each version is one class, listed in <see cref="DerivingRules"/>; nothing else tells
/// versions apart.
/// </summary>
public interface IDerivingRule
{
    /// <summary>Its number, as rows, the registry and requests have it; above zero, and never another's.</summary>
    int Version { get; }

    /// <summary>
    /// Whether a close stands for later minutes too, up to the definition's maximum age. Such a rule gives minutes only while the market is
    /// open, its rows tell each close's age, and a changed close changes what follows it.
    /// </summary>
    bool CarriesCloses { get; }

    /// <summary>
    /// Whether a minute is emitted at its end plus grace; else it is once its last component came, and may then be committed together with
    /// that one.
    /// </summary>
    bool IsEmittedByTime { get; }

    /// <summary>Every minute of a range for which the rule gives one, one by one; asked for by <see cref="IndexRule"/>, which has checked
    /// the columns.</summary>
    /// <param name="definition">The basket.</param>
    /// <param name="closes">A column a component, in the components' order, reaching <see cref="LookBack"/> before the range.</param>
    /// <param name="samples">What was sampled of the index within minutes; only a rule that <see cref="NeedsSamples"/> asks.</param>
    /// <param name="from">The first minute's number.</param>
    /// <param name="to">The number of the minute after the last.</param>
    IndexRule.Result Derive(
        IndexDefinition definition,
        IReadOnlyList<ComponentCloses> closes,
        IReadOnlyDictionary<UtcTime, SampledMinute> samples,
        long from,
        long to
    );

    /// <summary>The same minutes over columns, for <see cref="IndexBlockRule"/>, which computes their levels.</summary>
    /// <param name="definition">The basket.</param>
    /// <param name="grid">The closes, reaching <see cref="LookBack"/> before the range.</param>
    /// <param name="from">The first minute's place in the grid.</param>
    /// <param name="to">The place after the last.</param>
    ChosenMinutes Choose(IndexDefinition definition, CloseGrid grid, int from, int to);

    /// <summary>Whether its bars are made of samples too.</summary>
    bool NeedsSamples => false;

    /// <summary>The rule by which minutes are made of which there are no samples, and which their rows carry.</summary>
    IDerivingRule WithoutSamples(IndexDefinition definition) => this;

    /// <summary>How many minutes old a component's close may be that goes into a minute.</summary>
    /// <param name="definition">The basket.</param>
    /// <param name="component">Its place among the components.</param>
    int MaxAge(IndexDefinition definition, int component) => CarriesCloses ? definition.MaxAgeOf(component) : 0;

    /// <summary>How many minutes old a close of any component may be.</summary>
    int MaxAge(IndexDefinition definition) => CarriesCloses ? definition.GreatestAge : 0;

    /// <summary>How far before a range closes have to be read for the range to be derivable.</summary>
    TimeSpan LookBack(IndexDefinition definition) => TimeSpan.FromMinutes(MaxAge(definition));

    /// <summary>How long after its end a minute is ripe, market time.</summary>
    /// <param name="grace">The setting.</param>
    TimeSpan EmitDelay(TimeSpan grace) => IsEmittedByTime ? grace : TimeSpan.Zero;
}

/// <summary>The minutes that a rule gives, by their places in a grid.</summary>
/// <param name="Places">Ascending.</param>
/// <param name="Ages">A column a component: how many minutes before each of them its close was made; none where all are zero.</param>
/// <param name="Skipped">Minutes with some but not all inputs, by the first missing component.</param>
public readonly record struct ChosenMinutes(List<int> Places, int[][] Ages, int[] Skipped);
