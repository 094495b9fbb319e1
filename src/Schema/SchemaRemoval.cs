using Npgsql;

namespace DxyOrleans.Schema;

/// <summary>
/// Takes everything of ours out of a database, in one transaction: by its list, never by the schema that it stands in, so that what isn't
/// ours stays or is named. Proves that the host's tables are defined as they were, that no relation went that isn't ours, and that no row
/// of theirs was touched. Tables that we created because there were none stay when they hold rows, and go when they are empty.
/// </summary>
public static class SchemaRemoval
{
    const string Registry = "core_asset_registry_all";

    /// <param name="Removed">What was dropped, a line each.</param>
    /// <param name="Kept">Tables we created that hold rows, and roles that another database or another table needs: they stay, with the
    /// reason.</param>
    /// <param name="Facts">How many facts of the host's tables were compared and found unchanged.</param>
    /// <param name="Relations">How many relations that aren't ours were there before and are there after.</param>
    /// <param name="Rows">How many rows of the host's tables and their partitions were counted; none was touched.</param>
    public sealed record Result(IReadOnlyList<string> Removed, IReadOnlyList<string> Kept, int Facts, int Relations, long Rows);

    /// <param name="database">The owner's.</param>
    /// <param name="discardBackups">Whether backups that a completed migration's way back still needs go all the same.</param>
    /// <param name="cancellation">Takes nothing out.</param>
    /// <exception cref="SchemaException">A migration still needs what is ours, something else's stands among it or depends on it, or
    /// something of the host's would have changed; the message says what and what to do. Nothing was removed.</exception>
    public static async Task<Result> RemoveAsync(NpgsqlDataSource database, CancellationToken cancellation, bool discardBackups = false)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Whatever the database or the role has set: names come qualified, and a count may take its time. Nobody applies meanwhile.
        await connection.RunAsync(
            $"""
            SET TRANSACTION READ WRITE; SET LOCAL search_path = pg_catalog, pg_temp; SET LOCAL statement_timeout = 0;
              SET LOCAL row_security = off;
            SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock(21883, 0);
            SET LOCAL lock_timeout = '{(int)SchemaInstaller.DefaultLockBudget.TotalMilliseconds}ms'
            """,
            cancellation
        );
        var runs =
            (await connection.TextsAsync("SELECT to_regclass('dxy.run')::text", cancellation)).Count > 0
                ? await connection.TextsAsync("SELECT name FROM dxy.run", cancellation)
                : [];
        string[] ours = [.. OurObjects.Relations, .. runs.SelectMany(OurObjects.Backup)];
        await RemovalObstacles.RefuseAsync(connection, discardBackups, ours, cancellation);
        var created =
            (await connection.TextsAsync("SELECT to_regclass('dxy.created_table')::text", cancellation)).Count > 0
                ? await connection.TextsAsync("SELECT table_name FROM dxy.created_table ORDER BY 1", cancellation)
                : [];

        var proof = await RemovalProof.BeginAsync(connection, cancellation);
        var removed = await DropAsync(connection, ours, cancellation);
        var kept = new List<string>();
        foreach (var table in created.OrderBy(name => name == Registry))
        {
            // The registry we made goes with the bars it describes, or stays with them.
            await (
                (
                    await StaysAsync(connection, table, cancellation)
                    ?? (table == Registry && kept.Count > 0 ? "it describes what stays" : null)
                )
                    is { } why
                    ? Stay(table, why)
                    : DropTableAsync(table)
            );
        }

        await connection.RunAsync(Sql.Text("remove/roles.sql"), cancellation);
        kept.AddRange(
            await connection.TextsAsync(
                "SELECT 'role ' || rolname || ' (something else needs it)' FROM pg_roles WHERE rolname IN ('dxy_capture', 'dxy_silo', "
                    + "'dxy_reader', 'dxy_console', 'dxy_approver', 'dxy_migrator', 'dxy_mirror') ORDER BY 1",
                cancellation
            )
        );
        await proof.EndAsync(connection, cancellation);
        await transaction.CommitAsync(cancellation);
        return new Result(removed, kept, proof.Facts, proof.Relations, proof.Rows);

        Task Stay(string table, string why)
        {
            kept.Add($"public.{table} ({why})");
            return Task.CompletedTask;
        }

        async Task DropTableAsync(string table)
        {
            await proof.ForgetAsync(connection, table, cancellation);
            await connection.RunAsync($"DROP TABLE public.{table}", cancellation);
            removed.Add($"DROP TABLE public.{table}");
        }
    }

    static async Task<List<string>> DropAsync(NpgsqlConnection connection, string[] ours, CancellationToken cancellation)
    {
        var removed = new List<string>();
        try
        {
            foreach (var drop in await connection.TextsAsync(Sql.Text("checks/capture_present.sql"), cancellation))
            {
                await connection.RunAsync(drop, cancellation);
                removed.Add(drop);
            }

            foreach (
                var drop in await connection.TextsAsync(
                    Sql.Text("remove/drops.sql"),
                    cancellation,
                    ours,
                    (string[])[.. OurObjects.Functions],
                    OurObjects.Schemas
                )
            )
            {
                await connection.RunAsync(drop, cancellation);
                removed.Add(drop);
            }
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.DependentObjectsStillExist)
        {
            throw RemovalObstacles.Depended(refused);
        }

        return removed;
    }

    // Why a table that we made stays; null where it goes. Nobody writes it from here on.
    static async Task<string?> StaysAsync(NpgsqlConnection connection, string table, CancellationToken cancellation)
    {
        if ((await connection.TextsAsync($"SELECT to_regclass('public.{table}')::text", cancellation)).Count == 0)
        {
            return "it is gone already";
        }

        await connection.RunAsync($"LOCK TABLE public.{table} IN ACCESS EXCLUSIVE MODE", cancellation);
        var rows = table == Registry ? Sql.Text("remove/registry_as_made.sql") : $"SELECT 'row' FROM public.{table} LIMIT 1";
        if ((await connection.TextsAsync(rows, cancellation)).Count > 0)
        {
            return table == Registry ? "it holds symbols of yours" : "it holds rows";
        }

        return (await connection.TextsAsync(Sql.Text("remove/dependents.sql"), cancellation, $"public.{table}")) is [var dependent, ..]
            ? $"{dependent} depends on it"
            : null;
    }
}
