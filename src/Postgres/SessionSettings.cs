using Npgsql;

namespace DxyOrleans.Postgres;

/// <summary>A setting of a session that isn't what our statements rely on.</summary>
/// <param name="Name">As PostgreSQL names it.</param>
/// <param name="Value">What it is.</param>
/// <param name="Wanted">What it has to be.</param>
/// <param name="Matters">Whether work goes wrong by it, and not just how something is printed.</param>
public sealed record SessionSetting(string Name, string Value, string Wanted, bool Matters);

/// <summary>
/// What every connection of ours relies on, set in one place when it is made: a database, a role or <c>PGOPTIONS</c> may say otherwise. It
/// is one statement of the session and no parameter of its start, which poolers refuse; a pooler's connection, which may be another at each
/// transaction, is left as it is and <see cref="PoolerFitness"/> judges what it brings.
/// </summary>
public static class SessionSettings
{
    // In the session itself, on the server itself: the process that the server named at the start is the one that answers.
    static readonly string Fix =
        $"SELECT pg_catalog.set_config(u.name, u.value, false) FROM ({Sql.Statement("session_settings")}) AS u(name, setting, value, "
        + $"matters) WHERE pg_catalog.pg_backend_pid() = $2";

    /// <summary>Sets them in a connection that was just made.</summary>
    public static void Settle(NpgsqlConnection connection, bool readOnly)
    {
        using var command = Command(connection, readOnly);
        command.ExecuteNonQuery();
    }

    /// <inheritdoc cref="Settle"/>
    public static async Task SettleAsync(NpgsqlConnection connection, bool readOnly)
    {
        await using var command = Command(connection, readOnly);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Those that aren't so in this connection now.</summary>
    public static async Task<IReadOnlyList<SessionSetting>> OthersAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var others = new List<SessionSetting>();
        await using var command = new NpgsqlCommand(Sql.Statement("session_settings"), connection);
        command.Parameters.With(false);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            others.Add(new SessionSetting(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetBoolean(3)));
        }

        return others;
    }

    static NpgsqlCommand Command(NpgsqlConnection connection, bool readOnly)
    {
        var command = new NpgsqlCommand(Fix, connection);
        command.Parameters.With(readOnly).With(connection.ProcessID);
        return command;
    }
}
