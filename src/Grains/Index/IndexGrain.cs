using System.Collections.Immutable;
using DxyOrleans.Abstractions;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Grains.Due;
using DxyOrleans.Grains.Hosting;
using DxyOrleans.Grains.Placement;
using DxyOrleans.Grains.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

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
    IOptions<DerivingOptions> options,
    Instruments instruments,
    BarTraces traces,
    [FromKeyedServices(TimeProviderNames.Grains)] TimeProvider clock,
    ILogger<IndexGrain> logger
) : Grain, IIndexGrain
{
    readonly MinuteGate _gate = new();
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
}
