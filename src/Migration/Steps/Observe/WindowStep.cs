using System.Text.Json;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Health;
using DxyOrleans.Core.Texts;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Verification;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Migration.Steps.Observe;

/// <summary>
/// Takes a sample in each market minute, until the window is long enough and enough of it was healthy. A minute that went by unseen stays
/// without one: a sample taken later would say how the tables are now, not how they were. Then all of both tables is verified, for somebody
/// to approve.
/// </summary>
sealed class WindowStep() : VerifyingStep("observe/window", MigrationPhase.Observe)
{
    const string Verified = "verification";

    // Under accelerated time a minute is shorter than the rhythm in which a run is looked after; the step then waits itself.
    static readonly TimeSpan Short = TimeSpan.FromMilliseconds(600);

    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation)
    {
        var settings = context.Run.Settings;
        return Task.FromResult<IReadOnlyList<string>>([
            FormattableString.Invariant(
                $"take a sample each market minute for {settings.WindowHours:0.##} hours and {settings.HealthyMinutes} healthy minutes of open market; over {settings.FailMinutes} minutes of failure begin it again"
            ),
        ]);
    }

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        if (await SampleAsync(context, cancellation) is { } outcome)
        {
            return outcome;
        }

        var (verification, instead) = await VerifyAsync(context, Verified, VerificationScope.Full, null, cancellation);
        return verification is null
            ? instead!
            : await StaleAsync(context, Verified, verification, cancellation)
                ?? StepOutcome.Finished([
                    .. WindowGates.Of(
                        context.Run,
                        WindowCheckpoint.Parse(context.Progress(this).Checkpoint),
                        null,
                        await CalendarStore.OfAsync(context.Database, context.Run.Symbol, cancellation)
                    ),
                    Told(Verified, verification),
                ]);
    }

    // Null when the minute has its sample and the window is reached.
    async Task<StepOutcome?> SampleAsync(RunContext context, CancellationToken cancellation)
    {
        await using var transaction = await context.BeginAsync(cancellation);
        var (checkpoint, failMinutes) = (WindowCheckpoint.Parse(context.Progress(this).Checkpoint), context.Run.Settings.FailMinutes);
        var window = checkpoint.FailMinutes == failMinutes ? checkpoint.Window : await FoldAsync(transaction, failMinutes, cancellation);
        var clock = await ObservedTime.ReadAsync(transaction.Connection, context.Run, cancellation);
        if (clock.Minute <= window.Newest)
        {
            // A market clock that was set back is caught up with; a minute has one sample.
            return window.Lacking(context.Run.Settings).Count == 0
                ? null
                : await WaitAsync(
                    context,
                    WindowGates.Of(context.Run, checkpoint.With(window, failMinutes), null, clock.Calendar),
                    clock.Until(window.Newest.Value + Timeframe.OneMinute),
                    cancellation
                );
        }

        var facts = await ObservationReader.ReadAsync(transaction.Connection, context.Run, clock, cancellation);
        var checks = ObservationRules.Judge(facts, context.Run.Settings);
        var sample = new WindowSample(clock.Minute, ObservationRules.Worst(checks), clock.Calendar.IsExpected(clock.Minute));
        checkpoint = checkpoint.With(window.Add(sample, failMinutes), failMinutes) with
        {
            LastFailure = sample is { Verdict: GateVerdict.Fail, IsOpen: true }
                ? $"{sample.Minute}: {WindowGates.Tell(checks)}"
                : checkpoint.LastFailure,
        };
        var gates = WindowGates.Of(context.Run, checkpoint, checks, clock.Calendar);
        await PutAsync(transaction, sample, checks, cancellation);
        await transaction.StepAsync(
            context.Progress(this) with
            {
                Checkpoint = checkpoint.ToJson(),
                Done = checkpoint.Healthy,
                Total = context.Run.Settings.HealthyMinutes,
            },
            cancellation
        );
        await transaction.GatesAsync(Phase, gates, cancellation);
        await context.At(this, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return checkpoint.Window.Lacking(context.Run.Settings).Count == 0
            ? new StepOutcome.More()
            : await WaitAsync(context, gates, clock.Until(clock.Minute + Timeframe.OneMinute), cancellation);
    }

    static async Task<StepOutcome> WaitAsync(RunContext context, IReadOnlyList<Gate> gates, TimeSpan again, CancellationToken cancellation)
    {
        if (again > Short)
        {
            return new StepOutcome.Waiting(gates, again);
        }

        await Task.Delay(again, context.RealTime, cancellation);
        return new StepOutcome.More();
    }

    static Task<int> PutAsync(
        RunTransaction transaction,
        WindowSample sample,
        IReadOnlyList<HealthCheck> checks,
        CancellationToken cancellation
    )
    {
        var json = JsonSerializer.Serialize(
            checks.Select(check => new
            {
                name = check.Name,
                subject = check.Subject,
                status = check.Status.Capitals(),
                text = check.Text,
            })
        );
        return transaction
            .Connection.Migration(
                "observe/upsert_sample",
                transaction.Run.Name,
                sample.Minute.ToDateTime(),
                sample.Verdict.Capitals(),
                sample.IsOpen,
                json
            )
            .RunAsync(cancellation);
    }

    static async Task<ObservationWindow> FoldAsync(RunTransaction transaction, int failMinutes, CancellationToken cancellation) =>
        ObservationWindow.Over(
            await transaction
                .Connection.Migration("observe/samples", transaction.Run.Name)
                .RowsAsync(
                    reader => new WindowSample(reader.GetUtc(0), EnumText.Parse<GateVerdict>(reader.GetString(1)), reader.GetBoolean(2)),
                    cancellation
                ),
            failMinutes
        );
}
