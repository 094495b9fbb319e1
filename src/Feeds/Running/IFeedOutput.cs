using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Running;

/// <summary>What is known of a pair where its prices go.</summary>
/// <param name="Through">The end of its newest bar; null: it has none.</param>
/// <param name="LastQuote">The newest quote of its forming minute; null: none is forming.</param>
public sealed record FeedPosition(UtcTime? Through, UtcTime? LastQuote);

/// <summary>Where a feed's prices go. Each call may fail, and is then made again.</summary>
public interface IFeedOutput
{
    Task<FeedPosition> PositionAsync(Symbol symbol, CancellationToken cancellation);

    /// <summary>Returns when the bars, all of one pair, are stored.</summary>
    Task PublishAsync(Symbol symbol, ImmutableArray<Bar> bars, CancellationToken cancellation);

    /// <summary>Folds quotes of one pair into its forming minutes.</summary>
    Task QuoteAsync(Symbol symbol, ImmutableArray<Quote> quotes, CancellationToken cancellation);

    /// <summary>Tells quotes of one pair of which minutes aren't made, because they come as bars.</summary>
    Task SampleAsync(Symbol symbol, ImmutableArray<Quote> quotes, CancellationToken cancellation) => Task.CompletedTask;
}
