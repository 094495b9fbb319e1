using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>Makes a host's roles, their memberships and everybody's settings again on a server of its own.</summary>
internal static class HostRoles
{
    /// <summary>Roles and who is a member of what; those that the server has already stay.</summary>
    public static async Task MakeAsync(
        NpgsqlConnection reading,
        NpgsqlConnection writing,
        List<string> lost,
        CancellationToken cancellation
    )
    {
        foreach (var (name, statement) in await PairsAsync(reading, Sql.Text("rehearsal/source_roles.sql"), cancellation))
        {
            await using var known = new NpgsqlCommand("SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)", writing);
            known.Parameters.With(name ?? "");
            if (name is null || !(bool)(await known.ExecuteScalarAsync(cancellation))!)
            {
                await TryAsync(writing, statement, lost, cancellation);
            }
        }
    }

    /// <summary>How statements are planned and understood: what the host's server, database and roles say, where the copy's says
    /// otherwise.</summary>
    public static async Task SetAsync(
        NpgsqlConnection reading,
        NpgsqlConnection writing,
        string database,
        List<string> lost,
        CancellationToken cancellation
    )
    {
        var sql = Sql.Text("rehearsal/source_settings.sql");
        var here = (await PairsAsync(writing, sql, cancellation)).ToDictionary(pair => pair.Name!, pair => pair.Text);
        foreach (var (name, value) in await PairsAsync(reading, sql, cancellation))
        {
            if (here.TryGetValue(name!, out var own) && own != value)
            {
                await TryAsync(
                    writing,
                    $"ALTER DATABASE {database} SET {name} = "
                        + $"{(name == "search_path" ? value : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'")}",
                    lost,
                    cancellation
                );
            }
        }

        foreach (
            var (statement, _) in await PairsAsync(
                reading,
                Sql.Text("rehearsal/source_role_settings.sql").Replace("{0}", database, StringComparison.Ordinal),
                cancellation
            )
        )
        {
            await TryAsync(writing, statement!, lost, cancellation);
        }
    }

    /// <summary>Whoever owns what a migration changes lets the one who carries it out do so.</summary>
    public static async Task LendAsync(NpgsqlConnection writing, string role, CancellationToken cancellation)
    {
        foreach (var (owner, _) in await PairsAsync(writing, Sql.Text("rehearsal/owners.sql"), cancellation))
        {
            if (owner != role)
            {
                await using var command = new NpgsqlCommand(
                    $"GRANT \"{owner!.Replace("\"", "\"\"", StringComparison.Ordinal)}\" TO {role}",
                    writing
                );
                await command.ExecuteNonQueryAsync(cancellation);
            }
        }
    }

    static async Task TryAsync(NpgsqlConnection connection, string statement, List<string> lost, CancellationToken cancellation)
    {
        try
        {
            await using var command = new NpgsqlCommand(statement, connection);
            await command.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException fault)
        {
            lost.Add($"{fault.MessageText} ({statement})");
        }
    }

    static async Task<List<(string? Name, string Text)>> PairsAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        var pairs = new List<(string?, string)>();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            pairs.Add((reader.IsDBNull(0) ? null : reader.GetString(0), reader.FieldCount > 1 ? reader.GetString(1) : ""));
        }

        return pairs;
    }
}
