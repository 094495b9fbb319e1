using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Schema;

/// <summary>
/// Lets old partitions of <c>data_bars</c> go: detached, and kept as tables of their own or dropped. Whatever was derived stays, as it does
/// after every deletion beyond the correction window; <c>verify</c> counts it as made of inputs that are gone. Derived bars of the same
/// partition get one of their own.
/// </summary>
public static class OldPartitions
{
    const string Table = "public.data_bars";

    // What is made of 1m bars, and whatever else nobody could make again without them.
    const string Derived = """
        timeframe <> '1m' OR canonical_symbol IN
          (SELECT r.canonical_symbol FROM public.core_asset_registry_all AS r WHERE r.metadata->'is_synthetic' = 'true')
        """;

    /// <summary>What would go: the partitions that end at <paramref name="before"/> or earlier, the oldest first.</summary>
    /// <exception cref="SchemaException">The table is not divided by the time its bars open.</exception>
    public static async Task<IReadOnlyList<OldPartition>> FindAsync(
        NpgsqlDataSource database,
        UtcTime before,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var (key, byTime) = await DividedByAsync(connection, cancellation);
        if (!byTime)
        {
            throw new SchemaException(
                $"{Table} is {(key is null ? "not divided" : $"divided by {key}")}: only whole partitions by ts_utc are let go. "
                    + "Delete old rows in your own way; nothing was done."
            );
        }

        var found = new List<OldPartition>();
        foreach (var old in await OfAsync(connection, before, cancellation))
        {
            // One that holds nothing but derived bars is what an earlier call kept.
            if (
                await HoldsAsync(connection, old, $"NOT ({Derived})", cancellation)
                || !await HoldsAsync(connection, old, Derived, cancellation)
            )
            {
                found.Add(old);
            }
        }

        return found;
    }

    /// <summary>What still needs bars that open before then, a sentence; null: nothing does.</summary>
    public static async Task<string?> WaitingAsync(NpgsqlDataSource database, UtcTime before, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Sql.Text("retain/waiting.sql"));
        command.Parameters.With(before.ToDateTime());
        return await command.ExecuteScalarAsync(cancellation) as string;
    }

    /// <summary>Detaches one, takes our triggers off it, and drops it if that is wanted; all of it or nothing.</summary>
    /// <param name="database">As the table's owner.</param>
    /// <param name="partition">One that <see cref="FindAsync"/> found.</param>
    /// <param name="drop">Whether its rows go as well.</param>
    /// <param name="cancellation">Ends the wait; what was begun is rolled back.</param>
    /// <exception cref="SchemaException">A lock could not be had within five seconds; names who holds one.</exception>
    /// <exception cref="PostgresException">The server refused it.</exception>
    public static async Task LetGoAsync(NpgsqlDataSource database, OldPartition partition, bool drop, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        try
        {
            // Writers queue behind whoever waits for this lock: not for long.
            await connection.RunAsync("SET LOCAL lock_timeout = '5s'", cancellation);
            await connection.RunAsync($"ALTER TABLE {Table} DETACH PARTITION {partition.Name}", cancellation);
            foreach (var trigger in await connection.TextsAsync(Sql.Text("retain/our_triggers.sql"), cancellation, partition.Name))
            {
                await connection.RunAsync($"DROP TRIGGER {trigger} ON {partition.Name}", cancellation);
            }

            await KeepDerivedAsync(connection, partition, cancellation);
            if (drop)
            {
                await connection.RunAsync($"DROP TABLE {partition.Name}", cancellation);
            }

            await transaction.CommitAsync(cancellation);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await transaction.RollbackAsync(CancellationToken.None);
            throw new SchemaException(
                $"{partition.Name} could not be detached within 5 s: {await HolderAsync(connection, partition, cancellation)}; "
                    + "it stands as it stood. Call again when that has ended.",
                refused
            );
        }
    }

    // In a partition of its own with the same bounds. It is filled while it is off the table and its triggers are, for nothing of it is
    // new.
    static async Task KeepDerivedAsync(NpgsqlConnection connection, OldPartition old, CancellationToken cancellation)
    {
        if (!await HoldsAsync(connection, old, Derived, cancellation))
        {
            return;
        }

        var name = $"{old.Name.Split('.')[^1].Trim('"')}_derived";
        var kept = $"public.\"{name}\"";
        var columns = (await connection.TextsAsync(Sql.Text("retain/columns.sql"), cancellation)).Single();
        await using (var adding = new NpgsqlCommand("SELECT dxy.add_partition($1, $2)", connection))
        {
            adding.Parameters.With(name).With(old.Bounds);
            await adding.ExecuteNonQueryAsync(cancellation);
        }

        await connection.RunAsync($"ALTER TABLE {Table} DETACH PARTITION {kept}", cancellation);
        await connection.RunAsync($"ALTER TABLE {kept} DISABLE TRIGGER USER", cancellation);
        await connection.RunAsync($"INSERT INTO {kept} ({columns}) SELECT {columns} FROM {old.Name} WHERE {Derived}", cancellation);
        await connection.RunAsync($"ALTER TABLE {kept} ENABLE TRIGGER USER", cancellation);
        await connection.RunAsync($"ALTER TABLE {Table} ATTACH PARTITION {kept} {old.Bounds}", cancellation);
        await using var noting = new NpgsqlCommand(Sql.Text("retain/note_attached.sql"), connection);
        noting.Parameters.With(kept);
        await noting.ExecuteNonQueryAsync(cancellation);
    }

    static async Task<bool> HoldsAsync(NpgsqlConnection connection, OldPartition partition, string rows, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand($"SELECT EXISTS (SELECT FROM {partition.Name} WHERE {rows})", connection);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    static async Task<(string? Key, bool ByTime)> DividedByAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql.Text("retain/divided_by.sql"), connection);
        command.Parameters.With(Table).With("ts_utc");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? (reader.IsDBNull(0) ? null : reader.GetString(0), !reader.IsDBNull(1) && reader.GetBoolean(1))
            : (null, false);
    }

    static async Task<List<OldPartition>> OfAsync(NpgsqlConnection connection, UtcTime before, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql.Text("retain/old_partitions.sql"), connection);
        command.Parameters.With(Table).With(before.ToDateTime());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<OldPartition>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(
                new OldPartition(
                    reader.GetString(0),
                    reader.IsDBNull(1) ? null : reader.GetUtc(1),
                    reader.GetUtc(2),
                    reader.GetString(3),
                    reader.IsDBNull(4) ? null : reader.GetInt64(4),
                    reader.GetInt64(5)
                )
            );
        }

        return found;
    }

    static async Task<string> HolderAsync(NpgsqlConnection connection, OldPartition partition, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql.Text("retain/holders.sql"), connection);
        command.Parameters.With(new[] { Table, partition.Name });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? $"process {reader.GetInt32(0)} ({reader.GetString(1)}, {reader.GetString(2)}, {reader.GetString(3)}) holds a lock on it "
                + $"or on {Table}"
            : "somebody held a lock on it who is gone by now";
    }
}
