using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Steps.Derive;

/// <summary>
/// Both tables are written in one transaction from here until cleanup. Undoing turns the route back to the old table alone and removes from
/// the new one what was written there until then.
/// </summary>
sealed class DualWriteStep() : MigrationStep("derive/dual-write", MigrationPhase.Derive)
{
    // Each try holds the route for an instant.
    static readonly TimeSpan AfterTrial = TimeSpan.FromSeconds(10);

    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            $"turn the route of {context.Run.Symbol}: written to both tables in one transaction, read from the old one",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.LockBudgetAsync(cancellation);
        var epoch = await transaction.FlipRouteAsync("both", cancellation);
        var trial = await WriteTrial.AsOursAsync(transaction, cancellation);
        if (trial.Verdict != GateVerdict.Pass)
        {
            // The route turns back with the transaction: no minute has met it.
            return new StepOutcome.Waiting([trial with { Name = "derive/own-trial" }], AfterTrial);
        }

        await context.At(this, "written", cancellation);
        await transaction.EventAsync("route turned", $$"""{"mode": "both", "epoch": {{epoch}}}""", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return StepOutcome.Finished(trial with { Name = "derive/own-trial" });
    }

    public override async Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
    {
        if (await context.Database.RouteModeAsync(context.Run.Symbol, cancellation) is "both" or "both_read_new")
        {
            await using var transaction = await context.BeginAsync(cancellation);
            await transaction.LockBudgetAsync(cancellation);
            var epoch = await transaction.FlipRouteAsync("legacy", cancellation);
            await transaction.EventAsync("route turned", $$"""{"mode": "legacy", "epoch": {{epoch}}}""", cancellation);
            await transaction.CommitAsync(cancellation);
            await context.At(this, "undone", cancellation);
            return new StepOutcome.More();
        }

        return await NewTableRestore.AdvanceAsync(context, this, cancellation);
    }
}
