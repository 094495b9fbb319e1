using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Schema.Registry;

namespace DxyOrleans.Migration.Steps.SwitchReads;

/// <summary>
/// The buckets around the switch are made again from the new table: from the newest that the old aggregator left, whole or not, to now. The
/// rest of history stays as it is.
/// </summary>
sealed class BucketsStep() : MigrationStep("switch/buckets", MigrationPhase.SwitchReads)
{
    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            "make the rollups' buckets around the switch again, from the newest the old aggregator left",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        if (Kept<Dictionary<string, DateTime[]>>(context, "asked") is not { } asked)
        {
            await AskAsync(context, cancellation);
            return new StepOutcome.More();
        }

        var gates = new List<Gate>();
        foreach (var (timeframe, range) in asked)
        {
            var target = new Series(context.Run.Symbol, Timeframe.Parse(timeframe));
            gates.Add(
                await DueWork.CheckAsync(
                    context,
                    $"switch/buckets-{timeframe}",
                    target,
                    new TimeRange(UtcTime.From(range[0]), UtcTime.From(range[1])),
                    cancellation
                )
            );
        }

        return gates.All(gate => gate.Verdict == GateVerdict.Pass) ? StepOutcome.Finished(gates) : new StepOutcome.Waiting(gates, Soon);
    }

    public override async Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
    {
        if (await new RunLedger(context.Database).SavedAsync(context.Run.Name, "buckets", cancellation) is { } before)
        {
            await using var transaction = await context.BeginAsync(cancellation);
            await transaction.HoldRouteAsync(cancellation);
            await transaction.Connection.Migration("switch/restore_buckets", context.Run.Symbol.Name, before).RunAsync(cancellation);
            await context.At(this, "undone", cancellation);
            await transaction.CommitAsync(cancellation);
        }

        return StepOutcome.Finished();
    }

    async Task AskAsync(RunContext context, CancellationToken cancellation)
    {
        var symbol = context.Run.Symbol;
        var rollups = (await new RegistryStore(context.Database).LoadAsync(cancellation)).Find(symbol)?.Rollups
            ?? ImmutableArray<Timeframe>.Empty;
        var now = await context.Database.NowAsync(cancellation);
        var asked = new Dictionary<string, DateTime[]>();
        await using var transaction = await context.BeginAsync(cancellation);
        var earliest = now;
        foreach (var timeframe in rollups)
        {
            var newest = await transaction
                .Connection.Migration("switch/newest_bucket", symbol.Name, timeframe.ToString())
                .ValueAsync<DateTime?>(cancellation);
            var until = now.Floor(timeframe);
            var from = (newest is { } stored ? UtcTime.Min(UtcTime.From(stored), until) : until) - timeframe.Length;
            earliest = UtcTime.Min(earliest, from);
            await DueWork.AskAsync(transaction, new Series(symbol, timeframe), [new TimeRange(from, until)], cancellation);
            asked[timeframe.ToString()] = [from.ToDateTime(), until.ToDateTime()];
        }

        var before = await transaction
            .Connection.Migration(
                "switch/existing_buckets",
                symbol.Name,
                rollups.Select(timeframe => timeframe.ToString()).ToArray(),
                earliest.ToDateTime()
            )
            .ValueAsync<string>(cancellation);
        await transaction.SaveAsync("buckets", before ?? "[]", cancellation);
        await KeepAsync(context, transaction, "asked", asked, cancellation);
        await context.At(this, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
    }
}
