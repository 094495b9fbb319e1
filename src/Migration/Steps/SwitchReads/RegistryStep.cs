using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Steps.SwitchReads;

/// <summary>The registry row gets the index's rollups, where it has none: from now on they are made from the new table. Undone with
/// <c>derive/register</c>.</summary>
sealed class RegistryStep() : MigrationStep("switch/registry", MigrationPhase.SwitchReads)
{
    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            "add derived_timeframes 5m and 1h to the registry row where it names none; other keys stay",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var symbol = context.Run.Symbol.Name;
        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.LockBudgetAsync(cancellation);
        var metadata = await transaction
            .Connection.Text("SELECT metadata::text FROM public.core_asset_registry_all WHERE canonical_symbol = $1 FOR UPDATE", symbol)
            .ValueAsync<string>(cancellation)
            ?? throw new InvalidOperationException(
                $"{symbol} is gone from core_asset_registry_all; roll back, or bring the row back and retry."
            );
        await transaction
            .Connection.Migration("derive/write_registry", symbol, IndexRegistration.ForRollups(metadata))
            .RunAsync(cancellation);
        await context.At(this, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return StepOutcome.Finished();
    }
}
