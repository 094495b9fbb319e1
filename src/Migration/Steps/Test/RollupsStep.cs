using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Health;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Steps.Observe;

namespace DxyOrleans.Migration.Steps.Test;

/// <summary>Whether the newest bucket of each rollup is the one that should be, and is what its minutes fold to; and whether there are new
/// minutes at all.</summary>
sealed class RollupsStep() : MigrationStep("test/rollups", MigrationPhase.Test)
{
    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            $"compare the newest closed bucket of each rollup of {context.Run.Symbol} with a fold of its minutes",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        await using var connection = await context.Database.OpenConnectionAsync(cancellation);
        var clock = await ObservedTime.ReadAsync(connection, context.Run, cancellation);
        var facts = await ObservationReader.ReadAsync(connection, context.Run, clock, cancellation);
        var gates = new List<Gate> { Fresh(facts, context.Run.Settings) };
        var there = facts.Buckets.Where(bucket => bucket.IsThere).ToList();
        var folds = await connection
            .Migration(
                "test/fold",
                context.Run.Symbol.Name,
                there.Select(bucket => bucket.Timeframe.ToString()).ToArray(),
                there.Select(bucket => bucket.Expected!.Value.ToDateTime()).ToArray()
            )
            .RowsAsync(
                reader =>
                    (
                        Timeframe: reader.GetString(0),
                        IsEqual: reader.GetBoolean(2),
                        Stored: reader.IsDBNull(3) ? "" : reader.GetString(3),
                        Folded: reader.IsDBNull(4) ? "" : reader.GetString(4)
                    ),
                cancellation
            );
        gates.AddRange(
            facts.Buckets.Select(bucket => Judge(bucket, folds.FirstOrDefault(fold => fold.Timeframe == bucket.Timeframe.ToString())))
        );
        if (facts.Buckets.Count == 0)
        {
            gates.Add(
                new Gate(
                    "test/rollups",
                    GateVerdict.Warn,
                    "rollups of the index",
                    "the registry names none",
                    null,
                    "add derived_timeframes to its metadata, or 'migrate ack test/rollups'"
                )
            );
        }

        gates.Add(await RollupGate.ReadAsync(context, "test/rollups since", cancellation));
        return gates.Any(gate => gate.Verdict == GateVerdict.Fail) ? new StepOutcome.Waiting(gates, Soon) : StepOutcome.Finished(gates);
    }

    static Gate Fresh(ObservationFacts facts, RunSettings settings)
    {
        var check = ObservationRules.Judge(facts, settings).First(check => check.Name == "freshness");
        return new Gate(
            "test/fresh",
            check.Status == HealthStatus.Pass ? GateVerdict.Pass : GateVerdict.Warn,
            "the newest bar is at most 3 market minutes old",
            check.Text,
            null,
            check.Status == HealthStatus.Pass ? null : "see to the components' feed, or 'migrate ack test/fresh'"
        );
    }

    static Gate Judge(BucketFact bucket, (string Timeframe, bool IsEqual, string Stored, string Folded) fold)
    {
        var name = $"test/rollups {bucket.Timeframe}";
        const string evidence = "sql/migration/test/fold.sql";
        if (bucket.Expected is not { } expected)
        {
            return new Gate(
                name,
                GateVerdict.Warn,
                "its newest closed bucket",
                "there is no minute to roll up yet",
                null,
                $"wait for bars, or 'migrate ack \"{name}\"'"
            );
        }

        var holds = bucket.IsThere && fold.IsEqual;
        return Gate.Of(
            name,
            holds,
            $"the bucket {expected}, as its minutes fold",
            holds ? fold.Stored
                : !bucket.IsThere ? $"the newest is {(bucket.Newest is { } newest ? newest.ToString() : "none")}"
                : $"stored {fold.Stored}, folded {fold.Folded}",
            evidence,
            "'dxy due' says what waits; './dxy rollup' rolls it up again"
        );
    }
}
