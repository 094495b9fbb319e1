using System.Diagnostics;
using DxyOrleans.Abstractions;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Grains.Hosting;
using DxyOrleans.Grains.Telemetry;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DxyOrleans.Grains.Due;

/// <summary>
/// Works off a target's due bars for its grain: slice after slice, for a bounded time, so that nudges are heard in between and no call
/// outlives its timeout. The rule is renewed when the registry's definition changed. Long work leaves live bars their share of the machine:
/// its transactions are shorter while bars come, and while a minute's bars are coming in it rests after each, see
/// <see cref="BackgroundThrottle"/>.
/// </summary>
sealed partial class DueWorker(
    Series target,
    NpgsqlDataSource database,
    RegistryCache registry,
    BarWriter writer,
    BackgroundThrottle pace,
    DerivingOptions options,
    Instruments instruments,
    BarTraces traces,
    ILogger logger
)
{
    /// <summary>Real time within which bars that wait for their commit go first: their callers wait for an answer, and what is derived now
    /// takes the machine from them.</summary>
    static readonly TimeSpan LetThrough = TimeSpan.FromMilliseconds(100);

    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(5);

    /// <summary>Real time a call may spend on slices before it gives way.</summary>
    static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(500);

    Deriver? _deriver;
    string? _definition;
    bool _waiting;

    public Bar? Newest { get; private set; }

    public long Written { get; private set; }

    public string? LastError { get; private set; }

    /// <summary>The grain's call to itself, so that working off waits its turn while nudges interleave.</summary>
    public required Func<Task> CallItself { get; init; }

    /// <summary>Told of each committed slice.</summary>
    public Func<SliceOutcome, Task>? OnSlice { get; init; }

    /// <summary>Has the grain work off what is due at its next turn; one waiting call serves any number of nudges.</summary>
    public void Wake()
    {
        if (_waiting)
        {
            return;
        }

        _waiting = true;
        CallItself()
            .ContinueWith(
                failed => LogFailed(target, failed.Exception!.GetBaseException().Message),
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted,
                TaskScheduler.Default
            );
    }

    /// <summary>Notes a bar of the target that was derived and committed elsewhere.</summary>
    public void NoteWritten(Bar bar)
    {
        Written++;
        Newest = Newest is null || bar.Time >= Newest.Time ? bar : Newest;
    }

    /// <summary>Works off what is due until nothing is, or the turn is over; then it wakes the grain again.</summary>
    public async Task<ProcessResult> ProcessAsync(CancellationToken cancellation)
    {
        _waiting = false;
        if (await DeriverAsync(cancellation) is not { } deriver)
        {
            return new ProcessResult(0, 0, 0, false);
        }

        var (slices, added, changed) = (0, 0, 0);
        var start = Stopwatch.GetTimestamp();
        while (writer.Waiting > 0 && Stopwatch.GetElapsedTime(start) < LetThrough)
        {
            await Task.Delay(Look, TimeProvider.System, cancellation);
        }

        while (Stopwatch.GetElapsedTime(start) < Turn)
        {
            SliceOutcome outcome;
            var began = Stopwatch.GetTimestamp();
            try
            {
                outcome = await SliceAsync(deriver, cancellation);
                LastError = null;
            }
            catch (StaleDefinitionException)
            {
                // The due rows came with the new definition; this silo had not read it yet.
                await registry.RefreshAsync(cancellation);
                if (await DeriverAsync(cancellation) is not { } renewed)
                {
                    return new ProcessResult(slices, added, changed, false);
                }

                deriver = renewed;
                continue;
            }
            catch (NpgsqlException fault)
            {
                // What was due stays due; the next nudge, poll or reminder tries again.
                LastError = fault.Message;
                throw;
            }

            if (outcome.Window is null)
            {
                return new ProcessResult(slices, added, changed, false);
            }

            slices++;
            added += outcome.New;
            changed += outcome.Changed;
            Written += outcome.New + outcome.Changed;
            Newest = outcome.Newest is { } newest && (Newest is null || newest.Time >= Newest.Time) ? newest : Newest;
            if (OnSlice is { } tell)
            {
                await tell(outcome);
            }

            if (outcome.Window.Value.Length >= Deriver.LongWork)
            {
                await pace.WaitTurnAsync(Stopwatch.GetElapsedTime(began), cancellation);
            }
        }

        Wake();
        return new ProcessResult(slices, added, changed, true);
    }

    [LoggerMessage(1101, LogLevel.Warning, "{Target}: working off what is due failed and will be tried again: {Reason}")]
    partial void LogFailed(Series target, string reason);

    async Task<SliceOutcome> SliceAsync(Deriver deriver, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        using var trace = BarTraces.Derive(target);
        var outcome = await deriver.ProcessSliceAsync(cancellation);
        if (outcome.Window is { } window)
        {
            instruments.Derived(target, outcome, Stopwatch.GetElapsedTime(began));
            traces.Derived(trace, target, window, outcome.New + outcome.Changed);
        }

        return outcome;
    }

    async Task<Deriver?> DeriverAsync(CancellationToken cancellation)
    {
        var current = await registry.GetAsync(cancellation);
        var definition = current.IsTarget(target) ? current.Find(target.Symbol)!.Metadata : null;
        if (definition != _definition || _deriver is null)
        {
            _definition = definition;
            _deriver = TargetRules.For(current, target, options) is { } rule
                ? new Deriver(database, rule) { YieldsToLive = () => writer.IsLive }
                : null;
        }

        return _deriver;
    }
}
