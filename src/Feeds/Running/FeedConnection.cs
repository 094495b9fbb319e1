using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Running;

/// <summary>One connection of a feed: passes on what it tells, and ends it when the market is open and nothing comes.</summary>
sealed class FeedConnection(
    IFeed feed,
    FeedQueue queue,
    IFeedJournal journal,
    Action connected,
    TimeProvider market,
    TimeProvider real,
    FeedRules rules,
    UtcTime earliest
) : IFeedSink
{
    // How many times within the span of silence it is looked for.
    const int Looks = 4;

    readonly long _began = real.GetTimestamp();
    long _lastSign = market.GetUtcNow().UtcTicks;
    long _firstData;
    long _lastData;
    bool _connected;

    public bool HasRoom => queue.HasRoom;

    /// <summary>When something came last, market time; its beginning, where nothing did.</summary>
    public UtcTime LastSign => UtcTime.FromTicks(Volatile.Read(ref _lastSign));

    /// <summary>Between the first and the last price that it told, real time: how long it was of use.</summary>
    public TimeSpan Useful => _firstData == 0 ? TimeSpan.Zero : real.GetElapsedTime(_firstData, _lastData);

    public async Task<FeedLoss> RunAsync(ImmutableArray<Symbol> symbols, CancellationToken cancellation)
    {
        using var silent = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watch = feed.Capabilities.SilenceIsLoss ? WatchAsync(silent) : Task.FromResult<FeedLoss?>(null);
        try
        {
            return await feed.RunAsync(symbols, this, silent.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && silent.IsCancellationRequested)
        {
            return await watch ?? new FeedLoss(FeedLossReason.Silent, "nothing came");
        }
        catch (FeedException fault)
        {
            return fault.Loss;
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            // Something that its reader doesn't know: as much a loss as any, and no reason to come again at once.
            return new FeedLoss(FeedLossReason.Protocol, $"its reader failed: {fault.GetType().Name}: {fault.Message}");
        }
        finally
        {
            await silent.CancelAsync();
            await watch;
        }
    }

    public async ValueTask BarAsync(Bar bar, CancellationToken cancellation)
    {
        Sign();
        await queue.PutAsync(bar, cancellation);
    }

    public void Quote(Symbol symbol, Quote quote)
    {
        if (quote.Time < earliest)
        {
            return;
        }

        Sign();
        queue.Put(symbol, quote);
    }

    public void Connected()
    {
        if (!_connected)
        {
            _connected = true;
            journal.Connected(real.GetElapsedTime(_began));
            connected();
        }
    }

    public void PassedOver(string what) => journal.PassedOver(what);

    void Sign()
    {
        Volatile.Write(ref _lastSign, market.GetUtcNow().UtcTicks);
        _lastData = real.GetTimestamp();
        _firstData = _firstData == 0 ? _lastData : _firstData;
    }

    // Heartbeats are no sign: some vendors send them while prices have stopped.
    async Task<FeedLoss?> WatchAsync(CancellationTokenSource connection)
    {
        try
        {
            while (true)
            {
                await Task.Delay(rules.SilentAfter / Looks, market, connection.Token);
                var now = UtcTime.From(market.GetUtcNow());
                var wasOpen = FxWeek.IsOpen(now) && FxWeek.IsOpen(now - rules.SilentAfter);
                if (wasOpen && now - LastSign > rules.SilentAfter && queue.IsEmpty)
                {
                    await connection.CancelAsync();
                    return new FeedLoss(FeedLossReason.Silent, $"no price of any pair since {LastSign} with the market open");
                }
            }
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }
}
