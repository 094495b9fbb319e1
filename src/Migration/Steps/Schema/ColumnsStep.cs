using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Schema;
using DxyOrleans.Schema.Catalog;

namespace DxyOrleans.Migration.Steps.Schema;

/// <summary>
/// Columns that both tables need and may lack: raw, created_at, updated_at. Adding one rewrites no row. What is of another type is left to
/// the host. Undoing leaves them: they harm nobody, and something may have begun to use them.
/// </summary>
public sealed class ColumnsStep() : SchemaStep("schema/columns")
{
    public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        [
            .. (await TablesAsync(context, cancellation)).SelectMany(table =>
                table.Exists ? Missing(table).Select(rule => Add(table, rule)) : [$"wait: there is no public.{table.Table}"]
            ),
        ];

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var tables = await TablesAsync(context, cancellation);
        if (NoTable(tables) is { } wait)
        {
            return wait;
        }

        foreach (var table in tables)
        {
            if (Missing(table).FirstOrDefault() is { } rule)
            {
                return await ChangeAsync(
                    context,
                    table.QuotedName,
                    Add(table, rule),
                    transaction => transaction.SaveAsync($"schema/column:{table.Table}.{rule.Name}", "true", cancellation),
                    cancellation
                );
            }
        }

        try
        {
            await SchemaInstaller.RebindAsync(context.Database, cancellation);
        }
        catch (Npgsql.PostgresException denied) when (denied.SqlState == Npgsql.PostgresErrorCodes.InsufficientPrivilege)
        {
            // The functions are their installer's: 'db check' and health name what was added, and his next apply brings the binding up to
            // date.
        }

        Gate[] gates = [.. tables.Select(SchemaGates.Columns), SchemaGates.Values(tables[0], tables[1])];
        return gates.Any(gate => gate.Verdict == GateVerdict.Fail) ? new StepOutcome.Waiting(gates, Soon) : StepOutcome.Finished(gates);
    }

    static IEnumerable<ColumnRule> Missing(TableShape table) =>
        ColumnRule.Of(table.Table).Where(rule => rule.Add is not null && table.Column(rule.Name) is null);

    static string Add(TableShape table, ColumnRule rule) => $"ALTER TABLE {table.QuotedName} ADD COLUMN {rule.Name} {rule.Add}";
}
