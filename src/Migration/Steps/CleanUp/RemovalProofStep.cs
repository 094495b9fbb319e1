using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps.Test;

namespace DxyOrleans.Migration.Steps.CleanUp;

/// <summary>
/// Nothing active is left in the old table, as much was removed as was planned, and nobody writes there. Where rows are left that can't be
/// proven, an ordered retry goes through what is left once more.
/// </summary>
sealed class RemovalProofStep() : MigrationStep("cleanup/proof", MigrationPhase.CleanUp)
{
    static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(20);

    sealed record Look
    {
        /// <summary>Orders to try again that were given when it failed.</summary>
        public long? Failed { get; init; }
    }

    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            "prove that no active row is left in derived_data_bars and that what was removed is what was planned",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var look = StepCheckpoint.Read<Look>(context.Progress(this));
        var retries = await RunRetries.CountAsync(context, cancellation);
        if (look.Failed < retries)
        {
            return await AgainAsync(context, cancellation);
        }

        var gates = await GatesAsync(context, cancellation);
        if (gates.All(gate => gate.Verdict == GateVerdict.Pass))
        {
            return StepOutcome.Finished(gates);
        }

        if (look.Failed is null)
        {
            await using var transaction = await context.BeginAsync(cancellation);
            await transaction.StepAsync(
                context.Progress(this) with
                {
                    Checkpoint = StepCheckpoint.Write(new Look { Failed = retries }),
                },
                cancellation
            );
            await transaction.CommitAsync(cancellation);
        }

        return new StepOutcome.Waiting(gates, AfterFailure);
    }

    async Task<StepOutcome> AgainAsync(RunContext context, CancellationToken cancellation)
    {
        await using var transaction = await context.BeginAsync(cancellation);
        var removal = context.Steps[RemoveStep.Title];
        await transaction.StepAsync(
            removal with
            {
                State = StepState.Started,
                Checkpoint = StepCheckpoint.Write(new RemoveStep.Place()),
            },
            cancellation
        );
        await transaction.StepAsync(context.Progress(this) with { Checkpoint = StepCheckpoint.Write(new Look()) }, cancellation);
        await context.At(this, "again", cancellation);
        await transaction.CommitAsync(cancellation);
        return new StepOutcome.More();
    }

    static async Task<IReadOnlyList<Gate>> GatesAsync(RunContext context, CancellationToken cancellation)
    {
        var symbol = context.Run.Symbol.Name;
        var (left, samples) = (
            await context
                .Database.Migration("cleanup/count_left", symbol)
                .RowsAsync(reader => (reader.GetInt64(0), reader.IsDBNull(1) ? "" : reader.GetString(1)), cancellation)
        )[0];
        var (removed, recorded) = (
            await context
                .Database.Migration("cleanup/count_removed", symbol, context.Run.Name)
                .RowsAsync(reader => (reader.GetInt64(0), reader.GetInt64(1)), cancellation)
        )[0];
        var planned = context.Steps.GetValueOrDefault(RemoveStep.Title)?.Total ?? 0;
        return
        [
            Gate.Of(
                "cleanup/left",
                left == 0,
                $"no active {symbol} 1m row in derived_data_bars",
                left == 0 ? "none" : $"{left}: {samples}",
                $"SELECT * FROM derived_data_bars WHERE canonical_symbol = '{symbol}' AND timeframe = '1m' AND deleted_at IS NULL",
                "mend them in either table, or soft-delete them by hand, then 'migrate retry'"
            ),
            Gate.Of(
                "cleanup/removed",
                removed == planned && recorded == removed,
                $"{planned} rows removed, as planned",
                $"{removed} bear the run's marks, the ledger says {recorded}",
                $"SELECT * FROM dxy.run_batch WHERE run = '{context.Run.Name}' AND step = '{RemoveStep.Title}'",
                "'migrate retry' plans anew from what is left"
            ),
            await RollupGate.ReadAsync(context, "cleanup/rollups", cancellation),
            await LateWriters.CheckAsync(context, await LateWriters.WritesEndedAsync(context, cancellation), cancellation),
        ];
    }
}
