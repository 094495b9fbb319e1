using System.Collections.Immutable;
using System.Threading.Channels;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Running;

/// <summary>
/// Fetches from the vendor's history what can't be relied on as it came: all since the feed last ran, what was missed while it was lost,
/// and again and again the
/// last minutes and the last day. One list says from when on each pair is in doubt; whoever doubts moves it back, each pass works it off.
/// </summary>
sealed class HistoryRepair(
    IFeed feed,
    ImmutableArray<Symbol> symbols,
    IFeedOutput output,
    IFeedJournal journal,
    TimeProvider market,
    TimeProvider real,
    FeedRules rules
)
{
    const int Batch = 1_000;

    static readonly UtcTime Never = UtcTime.At(9000, 1, 1);

    // What history has told is remembered this much longer than it is compared.
    static readonly TimeSpan Memory = TimeSpan.FromHours(30);

    readonly Lock _lock = new();
    readonly Dictionary<Symbol, UtcTime> _doubted = symbols.ToDictionary(symbol => symbol, _ => Never);
    readonly HashSet<(Symbol, UtcTime)> _told = [];
    readonly HashSet<(Symbol, UtcTime)> _heldBack = [];
    int _losses;
    readonly Channel<bool> _asked = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <summary>From the minute of this instant on, what is stored of the pair may be wrong or missing.</summary>
    public void Doubt(Symbol symbol, UtcTime from)
    {
        lock (_lock)
        {
            if (_doubted.TryGetValue(symbol, out var known))
            {
                _doubted[symbol] = UtcTime.Min(known, from.Floor(Timeframe.OneMinute));
            }
        }
    }

    /// <summary>Whether the history has told this minute: then its word counts.</summary>
    public bool Has(Bar bar)
    {
        lock (_lock)
        {
            return feed.Capabilities.HistoryWins && _told.Contains((bar.Symbol, bar.Time));
        }
    }

    /// <summary>Has a pass begin now.</summary>
    public void Ask() => _asked.Writer.TryWrite(true);

    public async Task RunAsync(CancellationToken cancellation)
    {
        if (!feed.Capabilities.HasHistory)
        {
            return;
        }

        var compareDay = Now + rules.CompareDayEvery;
        while (true)
        {
            if (feed.Capabilities.HistoryWins)
            {
                var from = Now - (Now >= compareDay ? TimeSpan.FromDays(1) : rules.CompareSpan);
                foreach (var symbol in symbols)
                {
                    Doubt(symbol, from);
                }

                // Counted anew from its end, below: a vendor so slow that a day takes longer than that is asked for no second one
                // meanwhile.
                compareDay = Now >= compareDay ? Never : compareDay;
            }

            try
            {
                var whole = await PassAsync(cancellation);
                _losses = 0;
                compareDay = whole && compareDay == Never ? Now + rules.CompareDayEvery : compareDay;
                await WaitAsync(whole, cancellation);
            }
            catch (FeedException fault)
            {
                var wait = rules.BackOff.Wait(++_losses, Random.Shared.NextDouble(), fault.Loss.NotBefore);
                journal.HistoryFailed(fault.Loss, wait);
                await Task.Delay(wait, real, cancellation);
            }
        }
    }

    UtcTime Now => UtcTime.From(market.GetUtcNow());

    async Task WaitAsync(bool whole, CancellationToken cancellation)
    {
        if (!whole)
        {
            // The budget of one pass is spent; the next goes on.
            await Task.Delay(rules.BackOffLeast, real, cancellation);
            return;
        }

        if (!feed.Capabilities.HistoryWins)
        {
            await _asked.Reader.ReadAsync(cancellation);
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(_asked.Reader.WaitToReadAsync(either.Token).AsTask(), Task.Delay(rules.CompareEvery, market, either.Token));
        await either.CancelAsync();
        _asked.Reader.TryRead(out _);
        cancellation.ThrowIfCancellationRequested();
    }

    // Window by window through time and all pairs in each, so that an index's minutes are whole as early as can be. False where the
    // budget was spent before the end.
    async Task<bool> PassAsync(CancellationToken cancellation)
    {
        // What is told live as it is told later is there with its minute's end.
        var end = (Now - (feed.Capabilities.HistoryWins ? rules.Settle : TimeSpan.Zero)).Floor(Timeframe.OneMinute);
        var budget = new HistoryBudget(rules.HistoryRequests);
        while (Earliest() is var from && from < end)
        {
            var to = UtcTime.Min(end, from + feed.Capabilities.HistoryChunk);
            foreach (var symbol in symbols)
            {
                if (Take(symbol, to) is { } range && !await FillAsync(symbol, range, budget, cancellation))
                {
                    return false;
                }
            }
        }

        Forget();
        return true;
    }

    UtcTime Earliest()
    {
        lock (_lock)
        {
            return _doubted.Values.Min();
        }
    }

    // Whoever doubts meanwhile is heard: the next window, or the next pass, begins there.
    TimeRange? Take(Symbol symbol, UtcTime to)
    {
        lock (_lock)
        {
            var from = _doubted[symbol];
            if (from >= to)
            {
                return null;
            }

            _doubted[symbol] = to;
            return new TimeRange(from, to);
        }
    }

    async Task<bool> FillAsync(Symbol symbol, TimeRange range, HistoryBudget budget, CancellationToken cancellation)
    {
        // A few minutes before it, to have something to compare its first with.
        var asked = new TimeRange(range.From - Spikes.Memory, range.To);
        var filter = Spikes.OfBars(rules.SpikeLimit);
        var batch = ImmutableArray.CreateBuilder<Bar>();
        var through = range.From;
        FeedException? failed = null;
        try
        {
            await foreach (var bar in feed.HistoryAsync(symbol, asked, budget, cancellation))
            {
                var told = filter.Next(bar, out var spike);
                HoldBack(spike);
                batch.AddRange(told.Where(one => range.Contains(one.Time)));
                if (batch.Count >= Batch)
                {
                    through = await PublishAsync(symbol, batch, cancellation);
                }
            }
        }
        catch (FeedException fault)
        {
            failed = fault;
        }

        // What came before it failed is kept, so that the next try begins there: else a long range would never be through with a vendor
        // that fails now and then.
        if (batch.Count > 0)
        {
            through = await PublishAsync(symbol, batch, cancellation);
        }

        if (failed is null && !budget.IsSpent)
        {
            return true;
        }

        Doubt(symbol, through);
        return failed is null ? false : throw failed;
    }

    async Task<UtcTime> PublishAsync(Symbol symbol, ImmutableArray<Bar>.Builder batch, CancellationToken cancellation)
    {
        var bars = batch.ToImmutable();
        batch.Clear();
        try
        {
            await output.PublishAsync(symbol, bars, cancellation);
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellation.IsCancellationRequested)
        {
            Doubt(symbol, bars[0].Time);
            journal.Waits(fault.Message);
            throw new FeedException(new FeedLoss(FeedLossReason.Unavailable, $"what was fetched can't be stored: {fault.Message}"), fault);
        }

        lock (_lock)
        {
            foreach (var bar in bars)
            {
                _told.Add((symbol, bar.Time));
            }
        }

        // A vendor that fails now and then gets on.
        _losses = 0;
        return bars[^1].End;
    }

    void HoldBack(Bar? spike)
    {
        if (spike is not null && _heldBack.Add((spike.Symbol, spike.Time)))
        {
            journal.HeldBack(spike.Symbol, spike.Time, spike.Low, spike.High, spike.Close);
        }
    }

    void Forget()
    {
        var old = Now - Memory;
        _heldBack.RemoveWhere(one => one.Item2 < old);
        lock (_lock)
        {
            _told.RemoveWhere(one => one.Item2 < old);
        }
    }
}
