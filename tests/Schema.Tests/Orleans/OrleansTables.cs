using DxyOrleans.Postgres;
using DxyOrleans.Testing;
using Npgsql;
using NpgsqlTypes;

namespace DxyOrleans.Schema.Tests.Orleans;

/// <summary>A row as Orleans reads it: columns by name, whatever their case; a database null is null.</summary>
public sealed class OrleansRow : Dictionary<string, object?>
{
    public OrleansRow()
        : base(StringComparer.OrdinalIgnoreCase) { }
}

/// <summary>A database with Orleans' tables, asked as the ADO.NET providers ask: text by key, named parameters, a connection per
/// call.</summary>
public sealed class OrleansTables : IAsyncDisposable
{
    private readonly TestDatabase _database;
    private readonly NpgsqlDataSource _provider;
    private readonly Dictionary<string, string> _texts = new(StringComparer.Ordinal);

    private OrleansTables(TestDatabase database)
    {
        _database = database;
        // As a silo connects, whatever a host's database sets by itself.
        _provider = DxyOrleans.Postgres.Database.OpenAs(
            new NpgsqlConnectionStringBuilder(database.ConnectionString) { SearchPath = "dxy_orleans" }.ConnectionString
        );
    }

    public IReadOnlyDictionary<string, string> Texts => _texts;

    public TestDatabase Database => _database;

    public static async Task<OrleansTables> CreateAsync(TestServer server)
    {
        var tables = new OrleansTables(await server.CreateDatabaseAsync(TestContext.Current.CancellationToken));
        await tables.InstallAsync();
        await using var command = tables._provider.CreateCommand("SELECT QueryKey, QueryText FROM OrleansQuery");
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            tables._texts.Add(reader.GetString(0), reader.GetString(1));
        return tables;
    }

    public async Task InstallAsync()
    {
        foreach (var file in (string[])["schema", "clustering", "reminders", "persistence"])
            await _database.RunAsync(Sql.Text($"orleans/{file}.sql"), TestContext.Current.CancellationToken);
    }

    public async Task<List<OrleansRow>> RowsAsync(string key, params NpgsqlParameter[] parameters)
    {
        await using var command = _provider.CreateCommand(_texts[key]);
        command.Parameters.AddRange(parameters.Select(parameter => parameter.Clone()).ToArray());
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<OrleansRow>();
        do
        {
            while (await reader.ReadAsync(TestContext.Current.CancellationToken))
            {
                var row = new OrleansRow();
                for (var i = 0; i < reader.FieldCount; i++)
                    row[reader.GetName(i)] = reader.IsDBNull(i) ? null : reader.GetValue(i);
                rows.Add(row);
            }
        } while (await reader.NextResultAsync(TestContext.Current.CancellationToken));
        return rows;
    }

    /// <summary>The only column of the only row, for keys that answer yes or no.</summary>
    public async Task<bool> SaysAsync(string key, params NpgsqlParameter[] parameters) =>
        (bool)Assert.Single(Assert.Single(await RowsAsync(key, parameters)).Values)!;

    public static NpgsqlParameter Text(string name, string? value) =>
        new(name, NpgsqlDbType.Text) { Value = (object?)value ?? DBNull.Value };

    public static NpgsqlParameter Small(string name, int? value) =>
        new(name, NpgsqlDbType.Integer) { Value = (object?)value ?? DBNull.Value };

    public static NpgsqlParameter Large(string name, long value) => new(name, NpgsqlDbType.Bigint) { Value = value };

    public static NpgsqlParameter Time(string name, DateTime value) => new(name, NpgsqlDbType.TimestampTz) { Value = value };

    public static NpgsqlParameter Bytes(string name, byte[]? value) =>
        new(name, NpgsqlDbType.Bytea) { Value = (object?)value ?? DBNull.Value };

    public async ValueTask DisposeAsync()
    {
        await _provider.DisposeAsync();
        await _database.DisposeAsync();
    }
}
