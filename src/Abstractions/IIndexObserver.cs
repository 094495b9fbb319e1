using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Orleans.CodeGeneration;
using Orleans.Concurrency;

namespace DxyOrleans.Abstractions;

/// <summary>Is told of an index at the pace at which it is sampled; see <see cref="IIndexGrain.ObserveAsync"/>.</summary>
[Alias("dxy.IIndexObserver")]
[Version(Contract.Version)]
public interface IIndexObserver : IGrainObserver
{
    /// <summary>A hint: a lost one is made up for by the next.</summary>
    [OneWay]
    [Alias("Sampled")]
    Task SampledAsync(IndexSample sample);
}

/// <summary>An index as it was sampled last.</summary>
/// <param name="Index">Its 1-minute series.</param>
/// <param name="At">Up to when its minute is sampled, market time.</param>
/// <param name="Minute">The open of that minute.</param>
/// <param name="Open">The first sample of the minute.</param>
/// <param name="High">The highest.</param>
/// <param name="Low">The lowest.</param>
/// <param name="Level">The last: the index now.</param>
/// <param name="Samples">How many were taken of the minute.</param>
/// <param name="Expected">How many there should be by now.</param>
/// <param name="Components">The latest quote of each component, in the basket's order; without those that have none.</param>
[GenerateSerializer, Immutable, Alias("dxy.IndexSample")]
public sealed record IndexSample(
    [property: Id(0)] Series Index,
    [property: Id(1)] UtcTime At,
    [property: Id(2)] UtcTime Minute,
    [property: Id(3)] decimal Open,
    [property: Id(4)] decimal High,
    [property: Id(5)] decimal Low,
    [property: Id(6)] decimal Level,
    [property: Id(7)] int Samples,
    [property: Id(8)] int Expected,
    [property: Id(9)] ImmutableArray<ComponentQuote> Components
);

/// <summary>The latest quote of a component.</summary>
/// <param name="Component">Its 1-minute series.</param>
/// <param name="Quote">The quote.</param>
[GenerateSerializer, Immutable, Alias("dxy.ComponentQuote")]
public sealed record ComponentQuote([property: Id(0)] Series Component, [property: Id(1)] Quote Quote);
