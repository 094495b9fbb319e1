using System.Text.Json;
using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using Npgsql;

namespace DxyOrleans.Migration.Steps.Derive;

/// <summary>
/// Installs <c>calc_dxy_range_1m</c> for callers by RPC, in the schema of the function it takes the place of, with that one's callers. What
/// stood under the name is kept and comes back on undoing. Rights on the host's tables are never given: the gate names what the callers
/// lack.
/// </summary>
sealed class FunctionStep() : MigrationStep("derive/function", MigrationPhase.Derive)
{
    const string Saved = "function";

    public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation)
    {
        var old = await FindAsync(context, cancellation);
        return
        [
            $"{(old.Before is null ? "create" : "replace")} the function "
                + $"{old.Schema}.calc_dxy_range_1m{(old.Replaces is null ? "" : $", for the callers of {old.Replaces}: {string.Join(", ", old.Callers)}")}",
        ];
    }

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        if (Kept<bool>(context, "installed"))
        {
            return StepOutcome.Finished(await GateAsync(context, cancellation));
        }

        var old = await FindAsync(context, cancellation);
        await using var transaction = await context.BeginAsync(cancellation);
        var connection = transaction.Connection;
        await transaction.LockBudgetAsync(cancellation);
        await transaction.SaveAsync(Saved, JsonSerializer.Serialize(old), cancellation);
        await connection.Text("SELECT set_config('search_path', quote_ident($1), true)", old.Schema).RunAsync(cancellation);
        await connection.Text(MigrationSql.Template("derive/calc_dxy_range_1m")).RunAsync(cancellation);
        await connection
            .Text("REVOKE ALL ON FUNCTION calc_dxy_range_1m(timestamptz, timestamptz, integer) FROM PUBLIC")
            .RunAsync(cancellation);
        var given = await GrantAsync(connection, old, cancellation);
        await transaction.SaveAsync("function_rights", JsonSerializer.Serialize(given), cancellation);
        await connection.Text("NOTIFY pgrst, 'reload schema'").RunAsync(cancellation);
        await KeepAsync(context, transaction, "installed", true, cancellation);
        await context.At(this, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return new StepOutcome.More();
    }

    public override async Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
    {
        var ledger = new RunLedger(context.Database);
        if (await ledger.SavedAsync(context.Run.Name, Saved, cancellation) is not { } saved || !Kept<bool>(context, "installed"))
        {
            return StepOutcome.Finished();
        }

        var old = OldFunction.Parse(saved);
        await using var transaction = await context.BeginAsync(cancellation);
        var connection = transaction.Connection;
        await transaction.LockBudgetAsync(cancellation);
        foreach (
            var taken in JsonSerializer.Deserialize<string[]>(
                await ledger.SavedAsync(context.Run.Name, "function_rights", cancellation) ?? "[]"
            )!
        )
        {
            await connection.Text(taken).RunAsync(cancellation);
        }

        if (old.Before is { } before)
        {
            await connection.Text(before.Definition).RunAsync(cancellation);
            var statements = await connection
                .Migration("derive/function_restore", old.Schema, before.Callers, before.Everybody, before.Owner)
                .RowsAsync(reader => reader.GetString(0), cancellation);
            foreach (var statement in statements)
            {
                await connection.Text(statement).RunAsync(cancellation);
            }
        }
        else
        {
            var drop = await connection
                .Text("SELECT format('DROP FUNCTION IF EXISTS %I.calc_dxy_range_1m(timestamptz, timestamptz, integer)', $1)", old.Schema)
                .ValueAsync<string>(cancellation);
            await connection.Text(drop!).RunAsync(cancellation);
        }

        await connection.Text("NOTIFY pgrst, 'reload schema'").RunAsync(cancellation);
        await KeepAsync(context, transaction, "installed", false, cancellation);
        await context.At(this, "undone", cancellation);
        await transaction.CommitAsync(cancellation);
        return new StepOutcome.More();
    }

    // What was given, as the statements that take it back. A right that we may not give is for the gate to tell.
    static async Task<List<string>> GrantAsync(NpgsqlConnection connection, OldFunction old, CancellationToken cancellation)
    {
        var given = new List<string>();
        var rights = await connection
            .Migration("derive/function_grants", old.Schema, old.Callers)
            .RowsAsync(reader => (Give: reader.GetString(0), Take: reader.GetString(1)), cancellation);
        foreach (var (give, take) in rights)
        {
            if (await TryAsync(connection, give, cancellation))
            {
                given.Add(take);
            }
        }

        if (old.Owner is { } owner)
        {
            var statement = await connection
                .Text(
                    "SELECT format('ALTER FUNCTION %I.calc_dxy_range_1m(timestamptz, timestamptz, integer) OWNER TO %I', $1, $2)",
                    old.Schema,
                    owner
                )
                .ValueAsync<string>(cancellation);
            await TryAsync(connection, statement!, cancellation);
        }

        // Rights to the function itself end with it.
        given.RemoveAll(take => take.Contains(".calc_dxy_range_1m(", StringComparison.Ordinal));
        return given;
    }

    static async Task<bool> TryAsync(NpgsqlConnection connection, string statement, CancellationToken cancellation)
    {
        await connection.Text("SAVEPOINT try").RunAsync(cancellation);
        try
        {
            await connection.Text(statement).RunAsync(cancellation);
            await connection.Text("RELEASE SAVEPOINT try").RunAsync(cancellation);
            return true;
        }
        catch (PostgresException denied) when (denied.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            await connection.Text("ROLLBACK TO SAVEPOINT try").RunAsync(cancellation);
            return false;
        }
    }

    static async Task<Gate> GateAsync(RunContext context, CancellationToken cancellation)
    {
        var old = OldFunction.Parse(
            await new RunLedger(context.Database).SavedAsync(context.Run.Name, Saved, cancellation)
                ?? throw new StaleRunException(context.Run.Name)
        );
        var lacks = await context
            .Database.Migration("derive/function_grants", old.Schema, old.Callers)
            .RowsAsync(reader => reader.GetString(0), cancellation);
        lacks.AddRange(
            await context
                .Database.Migration("derive/function_lacks", (object)old.Callers)
                .RowsAsync(reader => reader.GetString(0), cancellation)
        );
        var name = $"{old.Schema}.calc_dxy_range_1m";
        return lacks.Count > 0
                ? new Gate(
                    "derive/function",
                    GateVerdict.Warn,
                    $"whoever might call {old.Replaces} may call {name} and write what it writes",
                    $"{lacks.Count} rights are missing",
                    string.Join("; ", lacks),
                    "the database's owner gives what the callers shall have (see the evidence), or 'migrate ack derive/function' where "
                        + "they shall not call it"
                )
            : old.Everybody
                ? new Gate(
                    "derive/function",
                    GateVerdict.Warn,
                    $"whoever might call {old.Replaces} may call {name}",
                    $"everybody might call the old one, only {string.Join(", ", old.Callers)} the new one",
                    null,
                    $"GRANT EXECUTE ON FUNCTION {name} to the roles that call it, then 'migrate ack derive/function'"
                )
            : new Gate(
                "derive/function",
                GateVerdict.Pass,
                $"whoever might call the old function may call {name}",
                old.Replaces is null ? "there was no old function" : string.Join(", ", old.Callers)
            );
    }

    static async Task<OldFunction> FindAsync(RunContext context, CancellationToken cancellation) =>
        OldFunction.Parse((await context.Database.Migration("derive/find_function").ValueAsync<string>(cancellation))!);
}
