using DxyOrleans.Core.Time;
using Npgsql;
using NpgsqlTypes;

namespace DxyOrleans.Postgres;

/// <summary>Commands with their values, and what they answer; each disposes of its command.</summary>
public static class CommandExtensions
{
    /// <summary>The command with positional values; a null has no type of its own.</summary>
    public static NpgsqlCommand WithValues(this NpgsqlCommand command, params object?[] values)
    {
        foreach (var value in values)
        {
            command.Parameters.Add(
                value is null
                    ? new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Unknown }
                    : new NpgsqlParameter { Value = value is UtcTime time ? time.ToDateTime() : value }
            );
        }

        return command;
    }

    public static async Task<int> RunAsync(this NpgsqlCommand command, CancellationToken cancellation)
    {
        await using (command)
        {
            return await command.ExecuteNonQueryAsync(cancellation);
        }
    }

    /// <summary>The first value; default when there is no row or it is null.</summary>
    public static async Task<T?> ValueAsync<T>(this NpgsqlCommand command, CancellationToken cancellation)
    {
        await using (command)
        {
            return await command.ExecuteScalarAsync(cancellation) is T value ? value : default;
        }
    }

    /// <summary>Every row, by a reader of its values.</summary>
    public static async Task<List<T>> RowsAsync<T>(
        this NpgsqlCommand command,
        Func<NpgsqlDataReader, T> row,
        CancellationToken cancellation
    )
    {
        await using (command)
        {
            var rows = new List<T>();
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            while (await reader.ReadAsync(cancellation))
            {
                rows.Add(row(reader));
            }

            return rows;
        }
    }
}
