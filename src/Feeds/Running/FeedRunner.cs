using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Running;

/// <summary>
/// Keeps one feed running, whichever it is: connects, and again after a loss, without ever doing so in a hot loop; queues and delivers
/// what comes; holds back
/// spikes; repairs gaps from the vendor's history and compares with it.
/// </summary>
/// <param name="feed">The feed.</param>
/// <param name="output">Where its prices go.</param>
/// <param name="journal">Is told what happens.</param>
/// <param name="backfill">How long before now is fetched in any case.</param>
/// <param name="market">Market time.</param>
/// <param name="real">Real time, in which is waited after a loss.</param>
/// <param name="rules">How it is run.</param>
public sealed class FeedRunner(
    IFeed feed,
    IFeedOutput output,
    IFeedJournal journal,
    TimeSpan backfill,
    TimeProvider market,
    TimeProvider real,
    FeedRules rules
)
{
    // What came in the last moments before a loss may not all have come.
    static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);

    static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(1);

    /// <summary>Runs until cancelled, or until something fails that no vendor is to blame for.</summary>
    /// <param name="symbols">The pairs; those that the vendor hasn't are left out.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task RunAsync(ImmutableArray<Symbol> symbols, CancellationToken cancellation)
    {
        symbols = [.. symbols.Where(symbol => feed.SpellingOf(symbol) is not null)];
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var queue = new FeedQueue(rules.BarLimit, rules.QuoteLimit);
        var repair = new HistoryRepair(feed, symbols, output, journal, market, real, rules);
        var quoted = await ResumeAsync(symbols, repair, ending.Token);
        var delivery = new FeedDelivery(
            queue,
            output,
            journal,
            repair,
            quoted,
            real,
            rules,
            foldsQuotes: !feed.Capabilities.Live.HasFlag(LivePrices.Minutes)
        );
        List<Task> parts =
        [
            ConnectAsync(symbols, queue, repair, ending.Token),
            delivery.DeliverBarsAsync(ending.Token),
            delivery.DeliverQuotesAsync(ending.Token),
        ];
        if (feed.Capabilities.HasHistory)
        {
            parts.Add(repair.RunAsync(ending.Token));
        }

        // None of them ends by itself: the first that does has failed.
        var first = await Task.WhenAny(parts);
        await ending.CancelAsync();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    // Where what is stored ends, there the doubt begins; and what is forming already isn't told twice.
    async Task<Dictionary<Symbol, UtcTime>> ResumeAsync(
        ImmutableArray<Symbol> symbols,
        HistoryRepair repair,
        CancellationToken cancellation
    )
    {
        var quoted = new Dictionary<Symbol, UtcTime>();
        foreach (var symbol in symbols)
        {
            var position = await PositionAsync(symbol, cancellation);
            var now = UtcTime.From(market.GetUtcNow());
            var from = UtcTime.Min(position.Through ?? now, now - backfill);
            repair.Doubt(symbol, UtcTime.Max(from, now - rules.MaxGap));
            if (position.LastQuote is { } last)
            {
                quoted[symbol] = last;
            }
        }

        return quoted;
    }

    async Task<FeedPosition> PositionAsync(Symbol symbol, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await output.PositionAsync(symbol, cancellation);
            }
            catch (Exception fault) when (!cancellation.IsCancellationRequested)
            {
                journal.Waits(fault.Message);
                await Task.Delay(TryAgain, real, cancellation);
            }
        }
    }

    async Task ConnectAsync(ImmutableArray<Symbol> symbols, FeedQueue queue, HistoryRepair repair, CancellationToken cancellation)
    {
        var losses = 0;

        // What a vendor shows of older minutes when it greets is not all that was quoted in them.
        var earliest = UtcTime.From(market.GetUtcNow()).Floor(Timeframe.OneMinute);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            var connection = new FeedConnection(feed, queue, journal, repair.Ask, market, real, rules, earliest);
            var loss = await connection.RunAsync(symbols, cancellation);
            losses = connection.Useful >= rules.BackOff.Stable ? 1 : losses + 1;
            foreach (var symbol in symbols)
            {
                repair.Doubt(symbol, connection.LastSign - Overlap);
            }

            var wait = rules.BackOff.Wait(losses, Random.Shared.NextDouble(), loss.NotBefore);
            journal.Lost(loss, wait);
            await Task.Delay(wait, real, cancellation);
        }
    }
}
