using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Steps.Derive;

/// <summary>Waits until no transaction is open that may have written the old table alone: history is complete below the fence before it is
/// copied.</summary>
sealed class FenceStep() : MigrationStep("derive/fence", MigrationPhase.Derive)
{
    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>(["wait until every transaction has ended that is open when the dual write begins"]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        if (Kept<string>(context, "fence") is not { } fence)
        {
            await using var transaction = await context.BeginAsync(cancellation);
            await KeepAsync(context, transaction, "fence", await Fence.SetAsync(transaction, cancellation), cancellation);
            await transaction.CommitAsync(cancellation);
            await context.At(this, "set", cancellation);
            return new StepOutcome.More();
        }

        var gate = await Fence.CheckAsync(context, "derive/fence", fence, cancellation);
        return gate.Verdict == GateVerdict.Pass ? StepOutcome.Finished(gate) : new StepOutcome.Waiting([gate], Soon);
    }
}
