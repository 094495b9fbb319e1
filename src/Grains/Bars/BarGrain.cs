using System.Collections.Immutable;
using DxyOrleans.Abstractions;
using DxyOrleans.Bars.Forming;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Grains.Hosting;
using DxyOrleans.Grains.Placement;
using DxyOrleans.Grains.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DxyOrleans.Grains.Bars;

/// <summary>The bar state of one series; see <see cref="IBarGrain"/>. One write is in flight at a time, because calls don't
/// interleave.</summary>
[GrainType("bar")]
[ColocateWithIndex]
public sealed partial class BarGrain(
    [PersistentState(BarSubscriptions.StateName, GrainServices.StateStorage)] IPersistentState<BarSubscriptions> subscriptions,
    NpgsqlDataSource database,
    BarWriter writer,
    FormingBarStore formingStore,
    RegistryCache registry,
    IOptions<BarGrainOptions> options,
    Instruments instruments,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider clock,
    ILogger<BarGrain> logger
) : Grain, IBarGrain
{
    // A nudge carries the bars of a live minute; of bulk it says no more than that there is something.
    const int NudgeWith = 64;

    static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(1);
    static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    Series _series;
    FormingMinutes _forming = null!;

    // Finals that came before their minute ended: the watermark can't say it of them yet.
    readonly HashSet<UtcTime> _early = [];

    Bar? _newest;
    UtcTime? _closedThrough;
    IGrainTimer? _timer;
    UtcTime? _armedFor;
    long _published,
        _ticks,
        _refused;

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _series = Series.Parse(this.GetPrimaryKeyString());
        _forming = new FormingMinutes(_series);
        _newest = (await BarReader.NewestAsync(database, _series, cancellationToken))?.Bar;
        _closedThrough = _newest?.End;
        foreach (var saved in options.Value.Shadow ? [] : await formingStore.LoadAsync(_series, cancellationToken))
        {
            if (saved.IsSettled)
            {
                await formingStore.RemoveAsync(_series, saved.Bar.Time, cancellationToken);
            }
            else
            {
                _forming.Restore(saved);
            }
        }

        _timer = this.RegisterGrainTimer(
            SettleAsync,
            new GrainTimerCreationOptions(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan) { KeepAlive = true }
        );
        Arm(Soon);
    }

    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        await SaveAsync(cancellationToken);

    public async Task<PublishResult> PublishAsync(PublishBars message, CancellationToken cancellation)
    {
        var refused = ImmutableArray.CreateBuilder<RefusedBar>();
        var known = (await registry.GetAsync(cancellation)).Find(_series.Symbol) is { Index: null };
        var limit = Now + options.Value.FutureSkew;
        var accepted = new Dictionary<UtcTime, Bar>();
        foreach (var bar in message.Bars)
        {
            var fault =
                options.Value.Shadow ? BarFault.Shadow()
                : bar.Series != _series ? BarFault.WrongSeries(bar.Series, _series)
                : !known ? BarFault.UnknownSymbol(_series.Symbol)
                : bar.Time > limit ? BarFault.InTheFuture(bar.Time, Now)
                : bar.IsPartial ? BarFault.Partial(bar.Time)
                : null;
            if (fault is not null)
            {
                refused.Add(new RefusedBar(bar.Time, fault.Code, fault.Text));
                continue;
            }

            // Of two bars of one minute the one that came last is the vendor's last word.
            accepted[bar.Time] = bar;
        }

        // What is stored is noted, also when the sender has given up: else ticks would close a minute over its final.
        var written = accepted.Count > 0 ? await StoreAsync([.. accepted.Values], message.Source, CancellationToken.None) : [];
        refused.AddRange(
            written.Where(bar => bar.Outcome == BarOutcome.Refused).Select(bar => new RefusedBar(bar.Bar.Time, "refused", bar.Reason ?? ""))
        );
        await NoteAsync(written, CancellationToken.None);
        _refused += refused.Count;
        return new PublishResult(
            written.Count(bar => bar.Outcome == BarOutcome.New),
            written.Count(bar => bar.Outcome == BarOutcome.Changed),
            written.Count(bar => bar.Outcome == BarOutcome.Equal),
            written.Count(bar => bar.Outcome == BarOutcome.OtherSource),
            refused.ToImmutable()
        );
    }

    public async Task<TickResult> TickAsync(PublishTicks message, CancellationToken cancellation)
    {
        var refused = ImmutableArray.CreateBuilder<RefusedBar>();
        var known = (await registry.GetAsync(cancellation)).Find(_series.Symbol) is { Index: null };
        var limit = Now + options.Value.FutureSkew;
        var taken = ImmutableArray.CreateBuilder<Quote>();
        var late = 0;
        foreach (var quote in message.Quotes)
        {
            var fault =
                options.Value.Shadow ? BarFault.Shadow()
                : !known ? BarFault.UnknownSymbol(_series.Symbol)
                : CheckQuote(quote, limit);
            if (fault is not null)
            {
                refused.Add(new RefusedBar(quote.Time, fault.Code, fault.Text));
            }
            else if (quote.Time < _closedThrough || _early.Contains(quote.Time.Floor(_series.Timeframe)))
            {
                late++;
            }
            else
            {
                _forming.Add(quote, message.Source);
                taken.Add(quote);
            }
        }

        _ticks += taken.Count;
        _refused += refused.Count;
        Arm(Soon);
        await TellSamplersAsync(taken.ToImmutable(), cancellation);
        return new TickResult(taken.Count, late, refused.ToImmutable());
    }

    public Task SampleAsync(PublishTicks message, CancellationToken cancellation)
    {
        if (options.Value.Shadow)
        {
            return Task.CompletedTask;
        }

        var limit = Now + options.Value.FutureSkew;
        return TellSamplersAsync([.. message.Quotes.Where(quote => CheckQuote(quote, limit) is null)], cancellation);
    }

    // What of a quote by itself keeps it from being taken.
    BarFault? CheckQuote(Quote quote, UtcTime limit) =>
        Price.Round(quote.Price) <= 0 ? BarFault.NotPositive("price", quote.Price)
        : Price.Round(quote.Price) >= Price.Limit ? BarFault.TooLarge("price", quote.Price)
        : !quote.Time.IsOnCalendar ? BarFault.NoTime(quote.Time)
        : quote.Time > limit ? BarFault.InTheFuture(quote.Time, Now)
        : null;

    public async Task SubscribeAsync(string indexKey, CancellationToken cancellation)
    {
        if (!subscriptions.State.Indexes.Contains(indexKey))
        {
            await WriteSubscriptionsAsync([.. subscriptions.State.Indexes, indexKey], cancellation);
        }
    }

    public async Task UnsubscribeAsync(string indexKey, CancellationToken cancellation)
    {
        if (subscriptions.State.Indexes.Contains(indexKey))
        {
            await WriteSubscriptionsAsync([.. subscriptions.State.Indexes.Where(key => key != indexKey)], cancellation);
        }
    }

    public async Task SettleAsync(CancellationToken cancellation)
    {
        _armedFor = null;
        var patience = AfterFailure;
        try
        {
            foreach (var ended in _forming.EndedBy(Now - options.Value.CloseGrace))
            {
                await CloseAsync(ended, cancellation);
            }

            await SaveAsync(cancellation);
            patience = Soon;
        }
        finally
        {
            Arm(patience);
        }
    }

    public Task<BarGrainState> StateAsync(CancellationToken cancellation) =>
        Task.FromResult(
            new BarGrainState(
                _closedThrough,
                _newest,
                [.. _forming.Times],
                [.. subscriptions.State.Indexes.Order(StringComparer.Ordinal)],
                _published,
                _ticks,
                _refused,
                _forming.LastTick
            )
        );

    async Task TellSamplersAsync(ImmutableArray<Quote> quotes, CancellationToken cancellation)
    {
        if (quotes.IsEmpty)
        {
            return;
        }

        var known = await registry.GetAsync(cancellation);
        foreach (var key in subscriptions.State.Indexes.Where(key => known.Index(Symbol.Parse(key)) is { Rule.NeedsSamples: true }))
        {
            await GrainFactory.GetGrain<IIndexGrain>(key).QuoteAsync(_series, quotes);
        }
    }

    // A change that could not be written is not one: asked again, it is written then.
    async Task WriteSubscriptionsAsync(HashSet<string> indexes, CancellationToken cancellation)
    {
        var before = subscriptions.State.Indexes;
        subscriptions.State.Indexes = indexes;
        try
        {
            await subscriptions.WriteStateAsync(cancellation);
        }
        catch
        {
            subscriptions.State.Indexes = before;
            throw;
        }
    }

    // The final is stored before the forming row goes: killed in between, the minute is closed again and found equal.
    async Task CloseAsync(SavedForming ended, CancellationToken cancellation)
    {
        if (await formingStore.RevisionAsync(_series, ended.Bar.Time, cancellation) != ended.Revision)
        {
            StepBack(ended.Bar.Time);
            return;
        }

        var written = await StoreAsync([ended.Bar.ToFinal()], ended.Source, cancellation);
        instruments.TicksCommitted(ended.Bar.LastTick);
        foreach (var refused in written.Where(bar => bar.Outcome == BarOutcome.Refused))
        {
            LogRefused(_series, refused.Bar.Time, refused.Reason);
        }

        await NoteAsync(written, cancellation);
        await ForgetAsync(ended.Bar.Time, cancellation);
    }

    async Task<IReadOnlyList<WrittenBar>> StoreAsync(Bar[] bars, string source, CancellationToken cancellation)
    {
        using var trace = BarTraces.Store(_series, bars.Length);
        var written = await writer.WriteAsync(bars, source, cancellation);
        instruments.Written(written);
        return written;
    }

    // The table first: what memory still holds is removed at the next try, what only the table held would never be.
    async Task ForgetAsync(UtcTime time, CancellationToken cancellation)
    {
        if (_forming.Times.Contains(time))
        {
            await formingStore.RemoveAsync(_series, time, cancellation);
            _forming.Remove(time);
        }
    }

    // Of two activations (a partition) the one that saved last goes on; this one reads everything anew when it is called again.
    void StepBack(UtcTime time)
    {
        LogOvertaken(_series, time);
        DeactivateOnIdle();
    }

    async Task SaveAsync(CancellationToken cancellation)
    {
        foreach (var dirty in _forming.Dirty)
        {
            if (!await formingStore.SaveAsync(dirty, cancellation))
            {
                StepBack(dirty.Bar.Time);
                return;
            }

            _forming.MarkSaved(dirty);
        }
    }

    async Task NoteAsync(IReadOnlyList<WrittenBar> written, CancellationToken cancellation)
    {
        var stored = written.Where(bar => bar.Outcome is BarOutcome.New or BarOutcome.Changed).Select(bar => bar.Bar).ToImmutableArray();
        foreach (var bar in written)
        {
            if (bar.Outcome == BarOutcome.Refused)
            {
                continue;
            }

            if (bar.Bar.End > Now)
            {
                // A feed of bars alone, whose clock is ahead, has one each minute.
                _early.RemoveWhere(minute => minute + _series.Timeframe + options.Value.FutureSkew < Now);
                _early.Add(bar.Bar.Time);
            }
            else
            {
                _newest = _newest is null || bar.Bar.Time >= _newest.Time ? bar.Bar : _newest;
                _closedThrough = _closedThrough is { } through ? UtcTime.Max(through, bar.Bar.End) : bar.Bar.End;
            }

            // A feed's own final settles the minute; its ticks are not needed any more.
            await ForgetAsync(bar.Bar.Time, cancellation);
        }

        _published += stored.Length;
        if (stored.Length == 0)
        {
            return;
        }

        foreach (var key in subscriptions.State.Indexes)
        {
            var index = GrainFactory.GetGrain<IIndexGrain>(key);
            await (
                Derived(written, key) is { } derived
                    ? index.MinuteCommittedAsync(stored, derived)
                    : index.NudgeAsync(stored.Length <= NudgeWith ? stored : [])
            );
        }
    }

    // The index's minute that was committed with the bar; null when there is none, or when other bars of the call still want deriving.
    static Bar? Derived(IReadOnlyList<WrittenBar> written, string index) =>
        written is [{ Derived: { } minutes }] ? minutes.FirstOrDefault(minute => minute.Symbol.Name == index) : null;

    // One timer serves saving and closing: it fires when the next of the two is due, and rests when nothing is forming.
    void Arm(TimeSpan atLeast)
    {
        if (_forming.EarliestEnd is not { } end)
        {
            _armedFor = null;
            _timer?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return;
        }

        var untilClose = end + options.Value.CloseGrace - Now;
        var due = _forming.AnyDirty && options.Value.SaveEvery < untilClose ? options.Value.SaveEvery : untilClose;
        due = due > atLeast ? due : atLeast;
        if (_armedFor is not { } armed || Now + due < armed || armed <= Now)
        {
            _armedFor = Now + due;
            _timer?.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    UtcTime Now => UtcTime.From(clock.GetUtcNow());

    [LoggerMessage(1001, LogLevel.Error, "{Series} {Time}: the closed minute was refused by the database: {Reason}")]
    partial void LogRefused(Series series, UtcTime time, string? reason);

    [LoggerMessage(1002, LogLevel.Warning, "{Series} {Time}: another activation saved this forming minute; this one steps back")]
    partial void LogOvertaken(Series series, UtcTime time);
}
