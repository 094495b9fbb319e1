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

        return await VerifiedFlip.AdvanceAsync(context, this, "both_read_new", "switch/verification", _ => Task.CompletedTask, cancellation) ?? new StepOutcome.More();
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
