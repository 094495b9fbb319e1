using System.Collections.Immutable;
using DxyOrleans.Abstractions;
using DxyOrleans.Bars.Forming;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Grains.Bars;
using DxyOrleans.Grains.Due;
using DxyOrleans.Grains.Hosting;
using DxyOrleans.Grains.Placement;
using DxyOrleans.Grains.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Utilities;

namespace DxyOrleans.Grains.Index;

/// <summary>One index; see <see cref="IIndexGrain"/>. What it knows in memory only spares waits: every derived bar comes from the
/// tables.</summary>
[GrainType("index")]
[ColocateWithIndex]
public sealed partial class IndexGrain(
    NpgsqlDataSource database,
    RegistryCache registry,
    BarWriter writer,
    BackgroundThrottle pace,
    SampledMinuteStore samples,
    IOptions<BarGrainOptions> bars,
    IOptions<DerivingOptions> options,
    Instruments instruments,
    BarTraces traces,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider clock,
    ILogger<IndexGrain> logger
) : Grain, IIndexGrain
{
    // An observer that doesn't ask again has gone.
    static readonly TimeSpan ObservedFor = TimeSpan.FromMinutes(5);
    static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    readonly MinuteGate _gate = new();
    readonly ObserverManager<IIndexObserver> _observers = new(ObservedFor, logger);
    IndexSampling _sampling = null!;
    IGrainTimer? _timer;
    bool _isArmed;
    DueWorker _worker = null!;
    Symbol _symbol;

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _symbol = Symbol.Parse(this.GetPrimaryKeyString());
        _worker = new DueWorker(
            new Series(_symbol, Timeframe.OneMinute),
            database,
            registry,
            writer,
            pace,
            options.Value,
            instruments,
            traces,
            logger
        )
        {
            CallItself = () => this.AsReference<IIndexGrain>().ProcessAsync(),
            OnSlice = NudgeRollupsAsync,
        };
        _sampling = new IndexSampling(database, samples, options.Value.SampleEvery, bars.Value.SaveEvery, bars.Value.CloseGrace, clock);
        _timer = this.RegisterGrainTimer(
            SampleAsync,
            new GrainTimerCreationOptions(TimeSpan.Zero, Timeout.InfiniteTimeSpan) { KeepAlive = true, Interleave = true }
        );
        LogHere(_symbol);
        return Task.CompletedTask;
    }

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        LogLeaves(_symbol);
        return Task.CompletedTask;
    }

    public async Task NudgeAsync(ImmutableArray<Bar> bars)
    {
        traces.Note(_symbol, bars.Select(bar => bar.Time));
        if ((await registry.GetAsync(CancellationToken.None)).Index(_symbol) is { } definition && _gate.Note(bars, definition))
        {
            _worker.Wake();
        }
    }

    // The pump's next look passes over the minute too, and tells the rollups: nothing is to be hurried here.
    public async Task MinuteCommittedAsync(ImmutableArray<Bar> bars, Bar derived)
    {
        _worker.NoteWritten(derived);
        traces.Note(_symbol, [derived.Time]);
        if ((await registry.GetAsync(CancellationToken.None)).Index(_symbol) is { } definition)
        {
            _gate.Note(bars, definition);
        }
    }

    public Task QuoteAsync(Series component, ImmutableArray<Quote> quotes)
    {
        _sampling.Add(component.Symbol, quotes);
        Arm(TimeSpan.Zero);
        return Task.CompletedTask;
    }

    public Task ObserveAsync(IIndexObserver observer, CancellationToken cancellation)
    {
        _observers.Subscribe(observer, observer);
        return Task.CompletedTask;
    }

    public Task StopObservingAsync(IIndexObserver observer, CancellationToken cancellation)
    {
        _observers.Unsubscribe(observer);
        return Task.CompletedTask;
    }

    public Task<ProcessResult> ProcessAsync(CancellationToken cancellation) => _worker.ProcessAsync(cancellation);

    public async Task ConnectAsync(CancellationToken cancellation)
    {
        if ((await registry.RefreshAsync(cancellation)).Index(_symbol) is { } definition)
        {
            await Task.WhenAll(
                definition.Components.Select(component =>
                    GrainFactory
                        .GetGrain<IBarGrain>(new Series(component.Symbol, Timeframe.OneMinute).ToString())
                        .SubscribeAsync(_symbol.Name, cancellation)
                )
            );
        }
    }

    public Task<IndexGrainState> StateAsync(CancellationToken cancellation) =>
        Task.FromResult(new IndexGrainState(_worker.Newest, [.. _gate.Newest], _worker.Written, _worker.LastError));

    // Also once when it comes to life: what a dead silo left is ended then.
    async Task SampleAsync(CancellationToken cancellation)
    {
        _isArmed = false;
        var patience = AfterFailure;
        try
        {
            if (
                (await registry.GetAsync(cancellation)).Find(_symbol) is
                { Active: true, Index: { Rule.NeedsSamples: true } definition } entry
            )
            {
                var minute = await _sampling.StepAsync(definition, entry.Metadata, cancellation);
                if (_sampling.WasOvertaken)
                {
                    LogOvertaken(_symbol);
                }

                if (minute is not null && _observers.Count > 0)
                {
                    await _observers.Notify(observer => observer.SampledAsync(Sample(definition, minute)));
                }
            }

            patience = TimeSpan.Zero;
        }
        finally
        {
            Arm(patience);
        }
    }

    IndexSample Sample(IndexDefinition definition, SampledMinute minute) =>
        new(
            definition.Series,
            minute.Time + new TimeSpan(options.Value.SampleEvery.Ticks * minute.Expected),
            minute.Time,
            minute.Open,
            minute.High,
            minute.Low,
            minute.Last,
            minute.Samples,
            minute.Expected,
            [
                .. definition
                    .Components.Zip(_sampling.Newest())
                    .Where(one => one.Second is not null)
                    .Select(one => new ComponentQuote(new Series(one.First.Symbol, Timeframe.OneMinute), one.Second!.Value)),
            ]
        );

    // Armed once until it has run; more quotes change nothing of when.
    void Arm(TimeSpan atLeast)
    {
        if (!_isArmed && _sampling.Wait() is { } wait)
        {
            _isArmed = true;
            _timer?.Change(wait > atLeast ? wait : atLeast, Timeout.InfiniteTimeSpan);
        }
    }

    // Live minutes wait for their bucket's end by reminder and poll; what changes an emitted bucket is told at once.
    async Task NudgeRollupsAsync(SliceOutcome outcome)
    {
        if (
            !outcome.WroteAnything
            || outcome.Window is not { } window
            || (await registry.GetAsync(CancellationToken.None)).Find(_symbol) is not { } entry
        )
        {
            return;
        }

        var now = UtcTime.From(clock.GetUtcNow());
        foreach (var timeframe in entry.Rollups.Where(timeframe => window.From.Floor(timeframe) + timeframe <= now - options.Value.Grace))
        {
            await GrainFactory.GetGrain<IRollupGrain>(new Series(_symbol, timeframe).ToString()).NudgeAsync();
        }
    }

    [LoggerMessage(1201, LogLevel.Information, "{Symbol} lives on this silo from now on")]
    partial void LogHere(Symbol symbol);

    [LoggerMessage(1202, LogLevel.Information, "{Symbol} leaves this silo")]
    partial void LogLeaves(Symbol symbol);

    [LoggerMessage(1203, LogLevel.Warning, "{Symbol}: another activation saved the minute that is sampled; it is read anew")]
    partial void LogOvertaken(Symbol symbol);
}
