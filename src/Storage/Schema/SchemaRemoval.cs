using Npgsql;

namespace DxyOrleans.Storage.Schema;

/// <summary>
/// Takes everything of ours out of a database, in one transaction, and proves that the shop's tables are defined as they were. Tables that we created because
/// there were none stay when they hold bars, and go when they are empty.
/// </summary>
public static class SchemaRemoval
{
    /// <param name="Removed">What was dropped, a line each.</param>
    /// <param name="Kept">Tables we created that hold rows, and roles that another database or another table needs: they stay.</param>
    /// <param name="Proof">How many facts of the shop's tables were compared and found unchanged.</param>
    public sealed record Result(IReadOnlyList<string> Removed, IReadOnlyList<string> Kept, int Proof);

    /// <exception cref="SchemaException">A definition of the shop's tables would have changed; nothing was removed.</exception>
    public static async Task<Result> RemoveAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var removed = new List<string>();
        var kept = new List<string>();
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await ExecuteAsync(connection, $"SET LOCAL lock_timeout = '{(int)SchemaInstaller.DefaultLockBudget.TotalMilliseconds}ms'", cancellation);
        var created = await ListAsync(connection, "SELECT to_regclass('dxy.created_table')::text", cancellation) is [_, ..]
            ? await ListAsync(connection, "SELECT table_name FROM dxy.created_table ORDER BY 1", cancellation)
            : [];
        var before = await FactsAsync(connection, cancellation);
        foreach (var drop in await ListAsync(connection, Sql.Text("checks/capture_present.sql"), cancellation, column: 3))
        {
            await ExecuteAsync(connection, drop, cancellation);
            removed.Add(drop);
        }

        await ExecuteAsync(connection, Sql.Text("remove/schemas.sql"), cancellation);
        removed.Add("DROP SCHEMA dxy, dxy_orleans");
        foreach (var table in created)
        {
            var empty = table == "core_asset_registry_all" || (await ListAsync(connection, $"SELECT 'row' FROM public.{table} LIMIT 1", cancellation)).Count == 0;
            (empty ? removed : kept).Add(empty ? $"DROP TABLE public.{table}" : $"public.{table}");
        }

        // The registry we made goes with the bars it describes, or stays with them.
        if (kept.Count > 0 && removed.Remove("DROP TABLE public.core_asset_registry_all"))
        {
            kept.Add("public.core_asset_registry_all");
        }

        kept.AddRange(await ListAsync(connection,
            "SELECT 'role ' || rolname || ', which something else uses' FROM pg_roles WHERE rolname IN ('dxy_capture', 'dxy_silo', 'dxy_reader', 'dxy_console', 'dxy_approver', 'dxy_migrator', 'dxy_mirror') ORDER BY 1", cancellation));
        var gone = removed.Where(line => line.StartsWith("DROP TABLE", StringComparison.Ordinal)).ToList();
        var after = await FactsAsync(connection, cancellation);
        if (!before.SequenceEqual(after))
        {
            throw new SchemaException($"Removing would change the shop's tables ({before.Except(after).Concat(after.Except(before)).First()}); nothing was removed.");
        }

        foreach (var drop in gone)
        {
            await ExecuteAsync(connection, drop, cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return new Result(removed, kept, after.Count);
    }

    static Task<List<string>> FactsAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        ListAsync(connection, Sql.Text("checks/shop_tables.sql"), cancellation);

    static async Task<List<string>> ListAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation, int column = 0)
    {
        var list = new List<string>();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (!reader.IsDBNull(column))
            {
                list.Add(reader.GetString(column));
            }
        }

        return list;
    }

    static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
