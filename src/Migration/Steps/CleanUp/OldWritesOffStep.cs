using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Steps.CleanUp;

/// <summary>
/// The dual write ends, at a moment at which both tables are verified equal: the new table alone is written, once no transaction is open
/// any more that wrote both. Undoing begins the dual write again and brings to the old table what was written to the new one alone.
/// </summary>
sealed class OldWritesOffStep() : MigrationStep("cleanup/old-writes-off", MigrationPhase.CleanUp)
{
    const int BatchRows = 5000;

    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            $"turn the route of {context.Run.Symbol}: written to the new table alone, after a verification of every bar",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        if (Kept<string>(context, "fence") is not { } fence)
        {
            return await VerifiedFlip.AdvanceAsync(
                context,
                this,
                "new",
                "cleanup/verification",
                async transaction =>
                    await KeepAsync(context, transaction, "fence", await Fence.SetAsync(transaction, cancellation), cancellation),
                cancellation
            ) ?? new StepOutcome.More();
        }

        var gate = await Fence.CheckAsync(context, "cleanup/fence", fence, cancellation);
        return gate.Verdict == GateVerdict.Pass ? StepOutcome.Finished(gate) : new StepOutcome.Waiting([gate], Soon);
    }

    public override async Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
    {
        if (Kept<string>(context, "fence") is null)
        {
            return StepOutcome.Finished();
        }

        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.LockBudgetAsync(cancellation);
        if (Kept<DateTime?>(context, "filled") is not { } filled)
        {
            var epoch = await transaction.FlipRouteAsync("both_read_new", cancellation);
            await transaction.EventAsync("route turned", $$"""{"mode": "both_read_new", "epoch": {{epoch}}}""", cancellation);
            await KeepAsync(context, transaction, "filled", DateTime.UnixEpoch, cancellation);
            await transaction.CommitAsync(cancellation);
            await context.At(this, "undo-flipped", cancellation);
            return new StepOutcome.More();
        }

        await transaction.HoldRouteAsync(cancellation);
        var began = context.RealTime.GetTimestamp();
        var (rows, next) = (
            await transaction
                .Connection.Migration(
                    "cleanup/back_fill",
                    context.Run.Symbol.Name,
                    filled,
                    BatchRows,
                    (await LateWriters.WritesEndedAsync(context, cancellation)).ToDateTime()
                )
                .RowsAsync(reader => (reader.GetInt64(0), reader.IsDBNull(1) ? (DateTime?)null : reader.GetDateTime(1)), cancellation)
        )[0];
        if (next is not { } to)
        {
            return StepOutcome.Finished();
        }

        await transaction.BatchAsync(
            Name,
            "derived_data_bars",
            new TimeRange(UtcTime.From(filled), UtcTime.From(to)),
            rows,
            null,
            context.RealTime.GetElapsedTime(began),
            cancellation
        );
        await KeepAsync(context, transaction, "filled", to, cancellation);
        await context.At(this, "undo-written", cancellation);
        await transaction.CommitAsync(cancellation);
        return new StepOutcome.More();
    }
}
