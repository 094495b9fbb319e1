using Npgsql;

namespace DxyOrleans.Schema;

/// <summary>What stood in a database beside us before a removal, compared with what stands there after it.</summary>
sealed class RemovalProof
{
    readonly Dictionary<string, string> _relations;
    readonly List<string> _facts;

    RemovalProof(Dictionary<string, string> relations, List<string> facts, long rows) =>
        (_relations, _facts, Rows) = (relations, facts, rows);

    /// <summary>Definitions of the host's tables.</summary>
    public int Facts => _facts.Count;

    /// <summary>Relations of every kind outside our schemas.</summary>
    public int Relations => _relations.Count;

    /// <summary>Rows of the host's tables and each of their partitions.</summary>
    public long Rows { get; private set; }

    public static async Task<RemovalProof> BeginAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var rows = 0L;
        var relations = await ReadAsync(connection, cancellation);
        foreach (var table in relations.Select(found => found.Counted).OfType<string>())
        {
            await using var count = new NpgsqlCommand($"SELECT count(*) FROM ONLY {table}", connection);
            rows += (long)(await count.ExecuteScalarAsync(cancellation))!;
        }

        return new RemovalProof(
            relations.ToDictionary(found => found.Name, found => found.State, StringComparer.Ordinal),
            await FactsAsync(connection, cancellation),
            rows
        );
    }

    /// <summary>Leaves out a table of ours that is to be dropped because it is empty, with its partitions and indexes.</summary>
    public async Task ForgetAsync(NpgsqlConnection connection, string table, CancellationToken cancellation)
    {
        foreach (var name in await connection.TextsAsync(Sql.Text("remove/belongings.sql"), cancellation, $"public.{table}"))
        {
            _relations.Remove(name);
        }

        if (table == "core_asset_registry_all")
        {
            Rows -= (await connection.TextsAsync("SELECT '' FROM public.core_asset_registry_all", cancellation)).Count;
        }

        _facts.RemoveAll(fact => fact.Contains($"public.{table}", StringComparison.Ordinal));
    }

    /// <exception cref="SchemaException">Something that isn't ours would be gone or changed.</exception>
    public async Task EndAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        var after = (await ReadAsync(connection, cancellation)).ToDictionary(
            found => found.Name,
            found => found.State,
            StringComparer.Ordinal
        );
        if (_relations.FirstOrDefault(before => after.GetValueOrDefault(before.Key) != before.Value).Key is { } lost)
        {
            throw new SchemaException($"Removing would take or change what isn't ours ({lost}); nothing was removed.");
        }

        var facts = await FactsAsync(connection, cancellation);
        if (!_facts.SequenceEqual(facts))
        {
            throw new SchemaException(
                $"Removing would change the host's tables ({_facts.Except(facts).Concat(facts.Except(_facts)).First()}); nothing was "
                    + $"removed."
            );
        }
    }

    static Task<List<string>> FactsAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        connection.TextsAsync(Sql.Text("checks/host_definitions.sql"), cancellation);

    static async Task<List<(string Name, string State, string? Counted)>> ReadAsync(
        NpgsqlConnection connection,
        CancellationToken cancellation
    )
    {
        var found = new List<(string, string, string?)>();
        await using var command = new NpgsqlCommand(Sql.Text("remove/relations.sql"), connection);
        command.Parameters.With(OurObjects.Schemas);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add((reader.GetString(0), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2)));
        }

        return found;
    }
}
