using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds;

/// <summary>
/// Where FX prices come from: live until the connection is lost, and as history. It knows no grain and no table, tries nothing twice and
/// waits for nothing:
/// trying again, waiting, queues, repair and judgement are the same for all and stand in <c>Running</c>.
/// </summary>
public interface IFeed : IAsyncDisposable
{
    FeedCapabilities Capabilities { get; }

    /// <summary>The value of the column <c>source</c> that its bars bear.</summary>
    string Source { get; }

    /// <summary>The vendor's name of a pair; null where it has none, or doesn't give it away under this account.</summary>
    string? SpellingOf(Symbol symbol);

    /// <summary>
    /// Connects and tells what comes, until the connection is lost. A connection can't be made is one that is lost at once.
    /// </summary>
    /// <param name="symbols">The pairs; each has a spelling.</param>
    /// <param name="sink">Where to.</param>
    /// <param name="cancellation">Ends it; then it throws.</param>
    /// <returns>Why it was lost, and when to come again.</returns>
    /// <exception cref="OperationCanceledException">It was asked to end.</exception>
    Task<FeedLoss> RunAsync(ImmutableArray<Symbol> symbols, IFeedSink sink, CancellationToken cancellation);

    /// <summary>Final 1-minute bars that open in the range, ascending. Minutes in which nothing was quoted are left out.</summary>
    /// <param name="symbol">A pair that has a spelling.</param>
    /// <param name="range">On the minute's grid.</param>
    /// <param name="budget">What it may ask of the vendor; where it is spent, the stream ends early.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="FeedException">The vendor doesn't answer, or not with bars.</exception>
    /// <exception cref="NotSupportedException">It has no history.</exception>
    IAsyncEnumerable<Bar> HistoryAsync(Symbol symbol, TimeRange range, HistoryBudget budget, CancellationToken cancellation);
}
