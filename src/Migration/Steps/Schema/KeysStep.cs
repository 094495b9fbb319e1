using System.Globalization;
using System.Text.Json;
using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Schema.Catalog;
using Npgsql;

namespace DxyOrleans.Migration.Steps.Schema;

/// <summary>
/// A usable unique key on <c>data_bars</c>. Where there is none it is built beside the table's writers, under a name of this run's alone;
/// on a partitioned table a partition at a time. Rows that stand in its way are reported, never removed.
/// </summary>
public sealed class KeysStep() : SchemaStep("schema/keys")
{
    const string NotNull = "schema/not-null:";

    public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation)
    {
        var table = (await TablesAsync(context, cancellation))[0];
        if (!table.Exists)
        {
            return [$"wait: there is no public.{table.Table}"];
        }

        IEnumerable<string> build = table.UsableKey is null ? Relations(table).Select(relation => Create(context, table, relation)) : [];
        return
        [
            .. build,
            .. table.OpenKeyColumns.Select(column =>
                $"ALTER TABLE {table.QuotedName} ALTER COLUMN {column.Name} SET NOT NULL, after a check was validated"
            ),
        ];
    }

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var tables = await TablesAsync(context, cancellation);
        if (NoTable(tables) is { } wait)
        {
            return wait;
        }

        var table = tables[0];
        if (table.DeferrableKey is not null)
        {
            return new StepOutcome.Waiting([SchemaGates.Key(table)], Soon);
        }

        if (table.UsableKey is null || table.OpenKeyColumns.Any())
        {
            // Looked for once before the work: each look reads the whole table.
            if (Kept<bool?>(context, "clean") is null)
            {
                Gate[] found =
                [
                    await KeyRows.DuplicatesAsync(context.Database, table, cancellation),
                    await KeyRows.NullsAsync(context.Database, table, cancellation),
                ];
                if (found.Any(gate => gate.Verdict == GateVerdict.Fail))
                {
                    return new StepOutcome.Waiting(found, Soon);
                }

                await using var transaction = await context.BeginAsync(cancellation);
                await KeepAsync(context, transaction, "clean", true, cancellation);
                await transaction.GatesAsync(Phase, found, cancellation);
                await transaction.CommitAsync(cancellation);
                return new StepOutcome.More();
            }

            return table.UsableKey is null
                ? await BuildAsync(context, table, cancellation)
                : await RefuseNullsAsync(context, table, table.OpenKeyColumns.First(), cancellation);
        }

        Gate[] gates = [SchemaGates.Key(table), SchemaGates.KeyNulls(table), SchemaGates.Key(tables[1])];
        return gates.Any(gate => gate.Verdict == GateVerdict.Fail) ? new StepOutcome.Waiting(gates, Soon) : StepOutcome.Finished(gates);
    }

    async Task<StepOutcome> BuildAsync(RunContext context, TableShape table, CancellationToken cancellation)
    {
        var indexes = await IndexBuild.OursAsync(context.Database, table, cancellation);

        // Of a build that died, in this run or in one before. On a partitioned relation an index is invalid until every partition's is
        // attached.
        var unfinished = table
            .Relations.Where(relation => relation.IsPartitioned)
            .Select(relation => IndexName(context, relation))
            .ToHashSet(StringComparer.Ordinal);
        if (
            indexes.FirstOrDefault(index => !index.Valid && index.Parent is null && !index.Building && !unfinished.Contains(index.Name)) is
            { } dead
        )
        {
            return await ChangeAsync(context, dead.Relation, $"DROP INDEX {dead.QuotedName}", null, cancellation);
        }

        if (indexes.FirstOrDefault(index => index.Building) is { } building)
        {
            return new StepOutcome.Throttled($"{building.QuotedName} is being built", Soon);
        }

        foreach (var relation in Relations(table))
        {
            var index = indexes.FirstOrDefault(made => made.Name == IndexName(context, relation));
            if (index is null)
            {
                return relation.IsPartitioned
                    ? await ChangeAsync(context, relation.Name, Create(context, table, relation), null, cancellation)
                    : await ConcurrentlyAsync(context, Create(context, table, relation), cancellation);
            }

            if (relation.Level > 0 && index.Parent is null)
            {
                var parent = indexes.First(made => made.Oid == index.ParentToBe);
                return await ChangeAsync(
                    context,
                    relation.Name,
                    $"ALTER INDEX {parent.QuotedName} ATTACH PARTITION {index.QuotedName}",
                    null,
                    cancellation
                );
            }
        }

        return new StepOutcome.Waiting([SchemaGates.Key(table)], Soon);
    }

    // In no transaction: that is what building beside writers asks for. Its waits hold nobody up, so it has no lock budget.
    async Task<StepOutcome> ConcurrentlyAsync(RunContext context, string create, CancellationToken cancellation)
    {
        await using (var begun = await context.BeginAsync(cancellation))
        {
            await begun.EventAsync("index begun", JsonSerializer.Serialize(new { sql = create }), cancellation);
            await begun.CommitAsync(cancellation);
            context = context with { Run = begun.Run };
        }

        await context.At(this, "building", cancellation);
        try
        {
            await IndexBuild.RunAsync(context, create, cancellation);
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.UniqueViolation)
        {
            // Somebody wrote a second row of a key meanwhile: what is left of the index goes, and the rows are looked for again.
            return await CheckAgainAsync(context, fault, cancellation);
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.DuplicateTable)
        {
            return new StepOutcome.Throttled("somebody else builds the index", Soon);
        }

        await context.At(this, "built", cancellation);
        await using var built = await context.BeginAsync(cancellation);
        await built.EventAsync("definition changed", JsonSerializer.Serialize(new { sql = create }), cancellation);
        await built.CommitAsync(cancellation);
        return new StepOutcome.More();
    }

    async Task<StepOutcome> RefuseNullsAsync(RunContext context, TableShape table, Column column, CancellationToken cancellation)
    {
        // With a validated check the table is not read again under the lock.
        var name = NotNullCheck(context, column.Number);
        try
        {
            return table.Checks.FirstOrDefault(check => check.Name == name) switch
            {
                null => await ChangeAsync(
                    context,
                    table.QuotedName,
                    $"ALTER TABLE {table.QuotedName} ADD CONSTRAINT {Quoted(name)} CHECK ({Quoted(column.Name)} IS NOT NULL) NOT VALID",
                    transaction =>
                        transaction.SaveAsync(NotNull + column.Name, column.Number.ToString(CultureInfo.InvariantCulture), cancellation),
                    cancellation
                ),
                { Validated: false } => await ChangeAsync(
                    context,
                    table.QuotedName,
                    $"ALTER TABLE {table.QuotedName} VALIDATE CONSTRAINT {Quoted(name)}",
                    null,
                    cancellation
                ),
                _ => await ChangeAsync(
                    context,
                    table.QuotedName,
                    $"ALTER TABLE {table.QuotedName} ALTER COLUMN {Quoted(column.Name)} SET NOT NULL; ALTER TABLE {table.QuotedName} "
                        + $"DROP CONSTRAINT {Quoted(name)}",
                    null,
                    cancellation
                ),
            };
        }
        catch (PostgresException fault) when (fault.SqlState is PostgresErrorCodes.CheckViolation)
        {
            return await CheckAgainAsync(context, fault, cancellation);
        }
    }

    async Task<StepOutcome> CheckAgainAsync(RunContext context, PostgresException fault, CancellationToken cancellation)
    {
        await using var transaction = await context.BeginAsync(cancellation);
        await KeepAsync<bool?>(context, transaction, "clean", null, cancellation);
        await transaction.EventAsync(
            "rows stand in the way",
            JsonSerializer.Serialize(new { error = fault.MessageText, detail = fault.Detail }),
            cancellation
        );
        await transaction.CommitAsync(cancellation);
        return new StepOutcome.More();
    }

    public override async Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
    {
        var table = await SchemaCatalog.ReadAsync(context.Database, SchemaCatalog.New, context.Run.Symbol, cancellation);
        foreach (var (column, number) in table.Exists ? await SavedAsync(context, NotNull, cancellation) : [])
        {
            var check = NotNullCheck(context, int.Parse(number, CultureInfo.InvariantCulture));
            if (table.Checks.Any(other => other.Name == check))
            {
                return await ChangeAsync(
                    context,
                    table.QuotedName,
                    $"ALTER TABLE {table.QuotedName} DROP CONSTRAINT {Quoted(check)}",
                    null,
                    cancellation
                );
            }

            if (table.Column(column) is { NotNull: true })
            {
                return await ChangeAsync(
                    context,
                    table.QuotedName,
                    $"ALTER TABLE {table.QuotedName} ALTER COLUMN {Quoted(column)} DROP NOT NULL",
                    null,
                    cancellation
                );
            }
        }

        var names = table.Relations.Select(relation => IndexName(context, relation)).ToHashSet(StringComparer.Ordinal);
        var ours = table.Exists ? await IndexBuild.OursAsync(context.Database, table, cancellation) : [];
        return ours.FirstOrDefault(index => names.Contains(index.Name) && index.Parent is null) is { } top
            ? await ChangeAsync(context, top.Relation, $"DROP INDEX {top.QuotedName}", null, cancellation)
            : StepOutcome.Finished();
    }

    // Top down: a partition's index is attached to that of the relation above it.
    static IEnumerable<Relation> Relations(TableShape table) => table.Relations.Where(relation => relation.Kind is "r" or "p");

    static string Create(RunContext context, TableShape table, Relation relation) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"CREATE UNIQUE INDEX {(relation.IsPartitioned ? "" : "CONCURRENTLY ")}{Quoted(IndexName(context, relation))} ON "
                + $"{(relation.IsPartitioned ? "ONLY " : "")}{relation.Name} ({string.Join(", ", TableShape.KeyColumns)})"
        );

    static string IndexName(RunContext context, Relation relation) =>
        string.Create(CultureInfo.InvariantCulture, $"{IndexBuild.Prefix}{context.Run.Name}_{relation.Oid}");

    static string NotNullCheck(RunContext context, int column) =>
        string.Create(CultureInfo.InvariantCulture, $"dxy_nn_{context.Run.Name}_{column}");
}
