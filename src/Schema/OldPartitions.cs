using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Schema;

/// <summary>
/// Lets old partitions of the tables of bars go: detached, and kept as tables of their own or dropped. Whatever was derived of their rows stays, as it does
/// after every deletion beyond the correction window; <c>verify</c> counts it as made of inputs that are gone.
/// </summary>
public static class OldPartitions
{
    static readonly string[] Tables = ["public.data_bars", "public.derived_data_bars"];

    /// <summary>What would go: the partitions that end at <paramref name="before"/> or earlier, the oldest first.</summary>
    /// <exception cref="SchemaException">Neither table is divided by the time its bars open.</exception>
    public static async Task<IReadOnlyList<OldPartition>> FindAsync(
        NpgsqlDataSource database,
        UtcTime before,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var (found, otherwise, divided) = (new List<OldPartition>(), new List<string>(), false);
        foreach (var table in Tables)
        {
            var (key, byTime) = await DividedByAsync(connection, table, cancellation);
            divided |= byTime;
            if (byTime)
            {
                found.AddRange(await OfAsync(connection, table, before, cancellation));
            }
            else
            {
                otherwise.Add($"{table} is {(key is null ? "not divided" : $"divided by {key}")}");
            }
        }

        return divided
            ? found
            : throw new SchemaException(
                $"{string.Join(", ", otherwise)}: only whole partitions by ts_utc are let go. Delete old rows in your own way; nothing was done."
            );
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
            await RunAsync("SET LOCAL lock_timeout = '5s'");
            await RunAsync($"ALTER TABLE {partition.Table} DETACH PARTITION {partition.Name}");
            foreach (var trigger in await connection.TextsAsync(Sql.Text("retain/our_triggers.sql"), cancellation, partition.Name))
            {
                await RunAsync($"DROP TRIGGER {trigger} ON {partition.Name}");
            }

            if (drop)
            {
                await RunAsync($"DROP TABLE {partition.Name}");
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

        async Task RunAsync(string statement)
        {
            await using var command = new NpgsqlCommand(statement, connection, transaction);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    static async Task<(string? Key, bool ByTime)> DividedByAsync(NpgsqlConnection connection, string table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql.Text("retain/divided_by.sql"), connection);
        command.Parameters.With(table).With("ts_utc");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? (reader.IsDBNull(0) ? null : reader.GetString(0), !reader.IsDBNull(1) && reader.GetBoolean(1))
            : (null, false);
    }

    static async Task<List<OldPartition>> OfAsync(NpgsqlConnection connection, string table, UtcTime before, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql.Text("retain/old_partitions.sql"), connection);
        command.Parameters.With(table).With(before.ToDateTime());
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var found = new List<OldPartition>();
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(
                new OldPartition(
                    table,
                    reader.GetString(0),
                    reader.IsDBNull(1) ? null : reader.GetUtc(1),
                    reader.GetUtc(2),
                    reader.IsDBNull(3) ? null : reader.GetInt64(3),
                    reader.GetInt64(4)
                )
            );
        }

        return found;
    }

    static async Task<string> HolderAsync(NpgsqlConnection connection, OldPartition partition, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Sql.Text("retain/holders.sql"), connection);
        command.Parameters.With(new[] { partition.Table, partition.Name });
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation)
            ? $"process {reader.GetInt32(0)} ({reader.GetString(1)}, {reader.GetString(2)}, {reader.GetString(3)}) holds a lock on it or on {partition.Table}"
            : "somebody held a lock on it who is gone by now";
    }
}
