using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using Npgsql;

namespace DxyOrleans.Migration.Engine;

/// <summary>What an advance came to: whether to call again at once, or when.</summary>
/// <param name="Progressed">Something was committed; there may be more at once.</param>
/// <param name="Again">When to look again, real time; null when the run is over, paused or failed.</param>
public readonly record struct Advance(bool Progressed, TimeSpan? Again);

/// <summary>
/// Takes a run through its steps, a portion a call. It keeps nothing: what is next comes from the run's row and its steps' each time, so
/// that it may be called by anybody, die anywhere, and be called by two at once.
/// </summary>
/// <param name="database">The run's; may lead through a transaction-mode pooler.</param>
/// <param name="steps">All of them, in order.</param>
/// <param name="realTime">See <see cref="RunContext"/>.</param>
/// <param name="interrupt">See <see cref="RunContext"/>.</param>
/// <param name="pastPooler">The same database past a pooler; null where there is none.</param>
public sealed class MigrationEngine(
    NpgsqlDataSource database,
    IReadOnlyList<IMigrationStep> steps,
    TimeProvider realTime,
    Func<string, CancellationToken, Task>? interrupt = null,
    NpgsqlDataSource? pastPooler = null
)
{
    /// <summary>How often a step that fails for a reason which may pass is tried before the run is failed.</summary>
    public const int Attempts = 8;

    static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(30);
    static readonly TimeSpan AfterLock = TimeSpan.FromSeconds(2);

    readonly RunLedger _ledger = new(database);

    /// <summary>Does the next portion of the run's work.</summary>
    /// <exception cref="StaleRunException">Somebody else moved the run meanwhile; nothing of this call remains.</exception>
    public async Task<Advance> AdvanceAsync(string name, CancellationToken cancellation)
    {
        if (await _ledger.FindAsync(name, cancellation) is not { State: RunState.Running } run)
        {
            return new Advance(false, null);
        }

        if (run.RetryIn is { } wait && wait > TimeSpan.Zero)
        {
            return new Advance(false, wait);
        }

        var context = new RunContext(run, await _ledger.StepsAsync(name, cancellation), database, realTime, interrupt, pastPooler);
        var step = Next(context);
        if (step is null)
        {
            await FinishAsync(context, cancellation);
            return new Advance(true, null);
        }

        if (run.Step != step.Name || run.Phase != step.Phase)
        {
            await EnterAsync(context, step, cancellation);
            return new Advance(true, TimeSpan.Zero);
        }

        try
        {
            await RunTarget.RequireAsync(database, run, cancellation);
            var outcome = await OrderWatch.RunAsync(
                database,
                run,
                work => run.Direction == RunDirection.Forward ? step.AdvanceAsync(context, work) : step.UndoAsync(context, work),
                cancellation
            );
            return await RecordAsync(context, step, outcome, cancellation);
        }
        catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return await BlockedAsync(context, step, cancellation);
        }
        catch (Exception fault)
            when (fault is not (StaleRunException or OperationCanceledException)
                && !(fault is NpgsqlException { IsTransient: true } and not PostgresException)
            )
        {
            return await FailAsync(fault, name, cancellation);
        }
    }

    IMigrationStep? Next(RunContext context)
    {
        var purging = context.Run.Phase == MigrationPhase.Purge;
        var own = steps.Where(step => step.Phase == MigrationPhase.Purge == purging).ToList();
        if (context.Run.Direction == RunDirection.Back)
        {
            return own.AsEnumerable()
                .Reverse()
                .FirstOrDefault(step => context.Steps.GetValueOrDefault(step.Name) is { State: not StepState.Undone });
        }

        // A step that a later version put before one that is begun is no business of a run that was past it.
        var begun = own.FindLastIndex(step => context.Steps.ContainsKey(step.Name));
        return own.Where(
                (step, place) => context.Steps.TryGetValue(step.Name, out var progress) ? progress.State != StepState.Done : place > begun
            )
            .FirstOrDefault();
    }

    static async Task EnterAsync(RunContext context, IMigrationStep step, CancellationToken cancellation)
    {
        await using var transaction = await context.BeginAsync(cancellation);
        var before = context.Progress(step);
        await transaction.StepAsync(
            before with
            {
                State = context.Run.Direction == RunDirection.Forward ? StepState.Started : StepState.Undoing,
            },
            cancellation
        );
        await transaction.MoveAsync(RunState.Running, step.Phase, step.Name, cancellation);
        await transaction.EventAsync(
            context.Run.Direction == RunDirection.Forward ? "step begun" : "undo begun",
            $$"""{"step": "{{step.Name}}"}""",
            cancellation
        );
        await transaction.CommitAsync(cancellation);
        await context.At(step, "entered", cancellation);
    }

    static async Task FinishAsync(RunContext context, CancellationToken cancellation)
    {
        var state = context.Run switch
        {
            { Direction: RunDirection.Back } => RunState.RolledBack,
            { Phase: MigrationPhase.Purge } => RunState.Purged,
            _ => RunState.Completed,
        };
        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.MoveAsync(state, context.Run.Phase, context.Run.Step, cancellation);
        await transaction.EventAsync(
            state switch
            {
                RunState.RolledBack => "rolled back",
                RunState.Purged => "purged",
                _ => "completed",
            },
            "{}",
            cancellation
        );
        await transaction.CommitAsync(cancellation);
    }

    async Task<Advance> RecordAsync(RunContext context, IMigrationStep step, StepOutcome outcome, CancellationToken cancellation)
    {
        // The step's own transaction moved the run: it is read again.
        var run = await _ledger.FindAsync(context.Run.Name, cancellation) ?? throw new StaleRunException(context.Run.Name);
        if (run.State != RunState.Running || run.Direction != context.Run.Direction || run.Step != step.Name)
        {
            return new Advance(true, TimeSpan.Zero);
        }

        switch (outcome)
        {
            case StepOutcome.Done done when Blocking(done.Gates, await AcceptedAsync(run, cancellation)):
                await WaitAsync(context with { Run = run }, step, done.Gates, MaxWait, cancellation);
                return new Advance(false, MaxWait);
            case StepOutcome.Done done:
                await DoneAsync(context with { Run = run }, step, done, cancellation);
                await context.At(step, "done", cancellation);
                return new Advance(true, TimeSpan.Zero);
            case StepOutcome.Waiting waiting:
                await WaitAsync(context with { Run = run }, step, waiting.Gates, waiting.Again, cancellation);
                return new Advance(false, waiting.Again);
            case StepOutcome.Throttled throttled:
                await _ledger.ThrottleAsync(run, throttled.Reason, throttled.Again, throttled.Again, cancellation);
                return new Advance(false, throttled.Again);
            default:
                return new Advance(true, TimeSpan.Zero);
        }
    }

    // FAIL never lets go on; WARN does once somebody accepted it.
    static bool Blocking(IReadOnlyList<Gate> gates, HashSet<string> accepted) =>
        gates.Any(gate => gate.Verdict == GateVerdict.Fail || (gate.Verdict == GateVerdict.Warn && !accepted.Contains(gate.Name)));

    async Task DoneAsync(RunContext context, IMigrationStep step, StepOutcome.Done done, CancellationToken cancellation)
    {
        await using var transaction = await context.BeginAsync(cancellation);
        var progress = (await _ledger.StepsAsync(context.Run.Name, cancellation)).GetValueOrDefault(step.Name) ?? context.Progress(step);
        var forward = context.Run.Direction == RunDirection.Forward;
        await transaction.StepAsync(progress with { State = forward ? StepState.Done : StepState.Undone }, cancellation);
        await transaction.GatesAsync(step.Phase, done.Gates, cancellation);
        await transaction.MoveAsync(RunState.Running, step.Phase, step.Name, cancellation);
        await transaction.EventAsync(
            forward ? "step done" : "undone",
            $$"""{"step": "{{step.Name}}", "rows": {{progress.Done}}, "summary": {{done.Summary}}}""",
            cancellation
        );
        await transaction.CommitAsync(cancellation);
    }

    async Task WaitAsync(RunContext context, IMigrationStep step, IReadOnlyList<Gate> gates, TimeSpan again, CancellationToken cancellation)
    {
        await using (var transaction = await context.BeginAsync(cancellation))
        {
            await transaction.GatesAsync(step.Phase, gates, cancellation);
            await transaction.CommitAsync(cancellation);
            context = context with { Run = transaction.Run };
        }

        await _ledger.WaitAsync(context.Run, again, cancellation);
    }

    // A lock that wasn't to be had within its budget is no failure: whoever holds it is named, and it is tried again.
    async Task<Advance> BlockedAsync(RunContext context, IMigrationStep step, CancellationToken cancellation)
    {
        var holders = await database.Migration("ledger/lock_holders", context.Run.Symbol.Name).ValueAsync<string>(cancellation);
        return await RecordAsync(
            context,
            step,
            new StepOutcome.Throttled($"{StepOutcome.Throttled.Lock}{holders}", AfterLock),
            cancellation
        );
    }

    async Task<HashSet<string>> AcceptedAsync(Run run, CancellationToken cancellation)
    {
        var accepted = new HashSet<string>(StringComparer.Ordinal);
        await using var command = database.CreateCommand("SELECT gate FROM dxy.run_ack WHERE run = $1");
        command.Parameters.With(run.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            accepted.Add(reader.GetString(0));
        }

        return accepted;
    }

    async Task<Advance> FailAsync(Exception fault, string name, CancellationToken cancellation)
    {
        var run = await _ledger.FindAsync(name, cancellation) ?? throw new StaleRunException(name);
        var passing =
            fault is NpgsqlException { IsTransient: true } or TimeoutException
            || fault is PostgresException { SqlState: PostgresErrorCodes.QueryCanceled };
        // A way back goes on trying: whoever ordered it is not asked for another order because somebody held a table.
        var final = !passing || (run.Direction == RunDirection.Forward && run.Attempts + 1 >= Attempts);
        var again = TimeSpan.FromSeconds(
            Math.Min(run.Direction == RunDirection.Forward ? MaxWait.TotalSeconds : 4, Math.Pow(2, Math.Min(run.Attempts, 10)) / 2)
        );
        await _ledger.FailAsync(run, fault.Message, final, final ? null : again, cancellation);
        return new Advance(false, final ? null : again);
    }
}
