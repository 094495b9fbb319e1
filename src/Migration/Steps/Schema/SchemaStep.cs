using System.Text.Json;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Schema.Catalog;
using Npgsql;

namespace DxyOrleans.Migration.Steps.Schema;

/// <summary>
/// What the steps that change the host's tables share: one statement or two in a short transaction, which waits for its lock no longer than
/// the run's budget, so that nobody queues behind it for longer, and which records itself. What is next is read from the catalog each time,
/// so a step that died goes on.
/// </summary>
public abstract class SchemaStep(string name) : MigrationStep(name, MigrationPhase.Schema)
{
    static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(15);
    static readonly TimeSpan MaxPauseBack = TimeSpan.FromSeconds(2);

    private protected static async Task<IReadOnlyList<TableShape>> TablesAsync(RunContext context, CancellationToken cancellation) =>
        [
            await SchemaCatalog.ReadAsync(context.Database, SchemaCatalog.New, context.Run.Symbol, cancellation),
            await SchemaCatalog.ReadAsync(context.Database, SchemaCatalog.Old, context.Run.Symbol, cancellation),
        ];

    /// <summary>Changes a relation's definition.</summary>
    /// <param name="context">The run.</param>
    /// <param name="relation">What is changed, quoted; named when its lock can't be had.</param>
    /// <param name="ddl">Statements of one transaction.</param>
    /// <param name="record">What else is recorded in it.</param>
    /// <param name="cancellation">Ends it.</param>
    private protected async Task<StepOutcome> ChangeAsync(
        RunContext context,
        string relation,
        string ddl,
        Func<RunTransaction, Task>? record,
        CancellationToken cancellation
    )
    {
        try
        {
            await using var transaction = await context.BeginAsync(cancellation);
            await transaction.LockBudgetAsync(cancellation);
            await KeepAsync(context, transaction, "attempts", 0, cancellation);
            if (record is not null)
            {
                await record(transaction);
            }

            await using (var command = transaction.Connection.Text(ddl))
            {
                command.CommandTimeout = 0;
                await command.ExecuteNonQueryAsync(cancellation);
            }

            await transaction.EventAsync("definition changed", JsonSerializer.Serialize(new { sql = ddl }), cancellation);
            await context.At(this, "written", cancellation);
            await transaction.CommitAsync(cancellation);
        }
        catch (PostgresException busy) when (busy.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return await HeldBackAsync(context, relation, cancellation);
        }

        await context.At(this, "committed", cancellation);
        return new StepOutcome.More();
    }

    /// <summary>Leaves the table to those who use it for a while; each attempt is in the run's log.</summary>
    async Task<StepOutcome> HeldBackAsync(RunContext context, string relation, CancellationToken cancellation)
    {
        var holders = await context.Database.Migration("schema/lock_holders", relation).ValueAsync<string>(cancellation) ?? "";
        var attempts = Kept<int>(context, "attempts") + 1;
        await using (var transaction = await context.BeginAsync(cancellation))
        {
            await KeepAsync(context, transaction, "attempts", attempts, cancellation);
            await transaction.EventAsync(
                "lock not had",
                JsonSerializer.Serialize(
                    new
                    {
                        table = relation,
                        attempt = attempts,
                        waited_ms = context.Run.Settings.LockBudgetMs,
                        holders,
                    }
                ),
                cancellation
            );
            await transaction.CommitAsync(cancellation);
        }

        // Longer from time to time and never twice the same, so as not to fall in step with what holds the table.
        var longest = context.Run.Direction == RunDirection.Back ? MaxPauseBack : MaxPause;
        var pause = TimeSpan.FromMilliseconds(
            Math.Min(longest.TotalMilliseconds, context.Run.Settings.LockBudgetMs * Math.Pow(2, Math.Min(attempts, 8)))
                * (0.5 + Random.Shared.NextDouble() / 2)
        );
        return new StepOutcome.Throttled($"{StepOutcome.Throttled.Lock}{relation} is in use, attempt {attempts}: {holders}", pause);
    }

    private protected static async Task<IReadOnlyList<(string What, string Value)>> SavedAsync(
        RunContext context,
        string prefix,
        CancellationToken cancellation
    ) =>
        await context
            .Database.Migration("schema/saved", context.Run.Name, prefix)
            .RowsAsync(row => (row.GetString(0), row.GetString(1)), cancellation);

    private protected static string Quoted(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    // Nothing below can be looked at before the tables are there.
    private protected static StepOutcome? NoTable(IEnumerable<TableShape> tables) =>
        tables.FirstOrDefault(table => !table.Exists) is { } missing ? new StepOutcome.Waiting([SchemaGates.Exists(missing)], Soon) : null;
}
