using DxyOrleans.Core.Migration;

namespace DxyOrleans.Storage.Migration.Phases.SwitchReads;

/// <summary>
/// From now on rollups and readers of ours take the new table; both are written as before. Only after a verification that is newer than the last write to what it
/// covers, looked at once more while nobody can write. Every silo obeys at once: the route is read in each deriving transaction.
/// </summary>
sealed class ReadsStep() : MigrationStep("switch/reads", MigrationPhase.SwitchReads)
{
    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([$"turn the route of {context.Run.Symbol}: read from the new table, written to both, after a verification of every bar"]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        if (await context.Database.RouteModeAsync(context.Run.Symbol, cancellation) == "both_read_new")
        {
            return StepOutcome.Finished(
                new Gate("switch/route", GateVerdict.Pass, "the route is 'both_read_new'", "it is; each deriving transaction reads it under its lock", "SELECT * FROM dxy.route"));
        }

        if (await FullVerification.AdvanceAsync(context, this, "switch/verification", cancellation) is not { } result)
        {
            return new StepOutcome.More();
        }

        if (result.Gate.Verdict != GateVerdict.Pass)
        {
            return new StepOutcome.Waiting([result.Gate], Soon);
        }

        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.LockBudgetAsync(cancellation);
        var epoch = await transaction.FlipRouteAsync("both_read_new", cancellation);
        if (!await new TableVerification(context.Database).IsFreshAsync(result.Verification, cancellation))
        {
            // Somebody wrote between the verification and the lock: not on this ground. The next call verifies anew.
            return new StepOutcome.More();
        }

        await transaction.GatesAsync(Phase, [result.Gate], cancellation);
        await transaction.EventAsync("route turned", $$"""{"mode": "both_read_new", "epoch": {{epoch}}, "verification": {{result.Verification.Id}}}""", cancellation);
        await context.At(this, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return new StepOutcome.More();
    }

    public override async Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
    {
        if (await context.Database.RouteModeAsync(context.Run.Symbol, cancellation) == "both_read_new")
        {
            await using var transaction = await context.BeginAsync(cancellation);
            await transaction.LockBudgetAsync(cancellation);
            var epoch = await transaction.FlipRouteAsync("both", cancellation);
            await transaction.EventAsync("route turned", $$"""{"mode": "both", "epoch": {{epoch}}}""", cancellation);
            await transaction.CommitAsync(cancellation);
            await context.At(this, "undone", cancellation);
        }

        return StepOutcome.Finished();
    }
}
