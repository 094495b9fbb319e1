using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Steps.Derive;

/// <summary>
/// Who writes the old table from now on: us alone, or others as well, whose writes a trigger then brings into the new table in their own
/// transaction. Making the trigger waits for every transaction that is writing the table, so that none is left whose writes it missed; and
/// it stays only when a minute written as the old writers do it comes through, see <see cref="WriteTrial"/>.
/// </summary>
sealed class OwnershipStep() : MigrationStep("derive/ownership", MigrationPhase.Derive)
{
    // Each try holds the old table for an instant.
    static readonly TimeSpan AfterTrial = TimeSpan.FromSeconds(10);

    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            context.Run.Settings.LegacyWriters == LegacyWriters.Mirrored
                ? "add the trigger dxy_mirror to derived_data_bars: what other programs write there goes to data_bars in their own "
                    + "transaction"
                : $"the old writers of {context.Run.Symbol} have to be stopped; a write of theirs is noticed and holds the run up",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        if (context.Run.Settings.LegacyWriters != LegacyWriters.Mirrored)
        {
            return StepOutcome.Finished();
        }

        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.LockBudgetAsync(cancellation);
        await transaction.Connection.Migration("derive/mirror_on").RunAsync(cancellation);
        var trial = await WriteTrial.AsOldWritersAsync(transaction, cancellation);
        if (trial.Verdict != GateVerdict.Pass)
        {
            // The trigger goes with the transaction: no statement of the old writer has met it.
            return new StepOutcome.Waiting([trial], AfterTrial);
        }

        await context.At(this, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return StepOutcome.Finished(trial);
    }

    public override async Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
    {
        if (await context.Database.Migration("derive/mirror_is_on").ValueAsync<bool>(cancellation))
        {
            await using var transaction = await context.BeginAsync(cancellation);
            await transaction.LockBudgetAsync(cancellation);
            await transaction.Connection.Migration("derive/mirror_off").RunAsync(cancellation);
            await transaction.CommitAsync(cancellation);
        }

        return StepOutcome.Finished();
    }
}
