using System.Collections.Concurrent;
using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Schema;
using Npgsql;
using Xunit;

namespace DxyOrleans.Testing;

/// <summary>
/// One PostgreSQL server for a test assembly: a throw-away one of its own, or the one that <c>DXY_TEST_DATABASE</c> (an administrator's
/// connection string) names. Declare it with <c>[assembly: AssemblyFixture(typeof(TestServer))]</c> and take it in the constructor.
/// Its settings are those that people have: PostgreSQL's defaults for the planner, <c>jit</c> on, an owner that bears no name of ours.
/// <c>DXY_TEST_HOST=german</c> makes each database one of <see cref="GermanHost"/>.
/// </summary>
public sealed class TestServer : IAsyncLifetime
{
    private const string OtherServer = "DXY_TEST_DATABASE";

    // What the embedded server sets for itself, back at PostgreSQL's own defaults: our statements have to be fast and right on these.
    private static readonly Dictionary<string, string> AsPeopleHaveIt = new()
    {
        ["jit"] = "on",
        ["random_page_cost"] = "4",
        ["work_mem"] = "4MB",
        ["maintenance_work_mem"] = "64MB",
        ["max_connections"] = "200",
        ["shared_buffers"] = "128MB",
        ["max_wal_size"] = "512MB",
        // For the tests of replication.
        ["wal_level"] = "logical",
    };

    private readonly TimeProvider _time = TimeProvider.System;
    private string? _folder;
    private string? _ownerRole;
    private string _owner = "";
    private int _databases;
    private readonly ConcurrentDictionary<(string Before, Partitions? Partitions), Lazy<Task<TestDatabase>>> _templates = new();

    /// <summary>The server of our own; null when <c>DXY_TEST_DATABASE</c> names another.</summary>
    public EmbeddedServer? Embedded { get; private set; }

    /// <summary>For Npgsql: a superuser.</summary>
    public string AdminConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable(OtherServer) is { Length: > 0 } other)
        {
            AdminConnectionString = other;
            await MakeOwnerAsync();
            return;
        }

        await TestFolder.RemoveLeftOversAsync(_time);
        _folder = TestFolder.Make(inMemory: true);
        Embedded = await EmbeddedServer.StartAsync(
            new EmbeddedServerOptions
            {
                Home = Path.Combine(_folder, "home"),
                Durable = false,
                Settings = AsPeopleHaveIt,
            },
            notice: null,
            _time
        );
        AdminConnectionString = Embedded.AdminConnectionString;
        await MakeOwnerAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var template in _templates.Values)
            await (await template.Value).DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        if (Embedded is not null)
            await Embedded.DeleteAsync();
        else if (_ownerRole is not null)
            await RunAsync($"DROP ROLE IF EXISTS {_ownerRole}", CancellationToken.None);
        if (_folder is not null)
            Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A fresh, empty database of its own, dropped when disposed.</summary>
    public async Task<TestDatabase> CreateDatabaseAsync(CancellationToken cancellationToken = default)
    {
        var locale = GermanHost.IsWanted ? GermanHost.Locale : "C";
        return await MakeAsync($"template0 ENCODING 'UTF8' LC_COLLATE '{locale}' LC_CTYPE '{locale}'", cancellationToken);
    }

    /// <summary>The same with our schema in it: a copy of one that was installed once, which takes a tenth of the time.</summary>
    /// <param name="before">SQL run as the owner before our schema came: the tables of a host that was there before us.</param>
    /// <param name="partitions">How <c>data_bars</c> is divided; it is in one piece when left out, or divided by month where
    /// <c>DXY_PARTITIONS</c> is set.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public async Task<TestDatabase> CreateInstalledDatabaseAsync(
        string before = "",
        Partitions? partitions = null,
        CancellationToken cancellationToken = default
    )
    {
        partitions ??= before.Length == 0 && LegacyOptions.AllPartitioned ? new Partitions(LegacyTables.Open) : null;
        var template = await _templates
            .GetOrAdd((before, partitions), kind => new(() => MakeTemplateAsync(kind.Before, kind.Partitions)))
            .Value;
        return await MakeAsync(template.Name, cancellationToken);
    }

    private async Task<TestDatabase> MakeAsync(string template, CancellationToken cancellationToken)
    {
        var name = $"dxy_test_{Environment.ProcessId}_{Interlocked.Increment(ref _databases)}";
        var owner = new NpgsqlConnectionStringBuilder(_owner) { Database = name };
        await RunAsync($"CREATE DATABASE {name} OWNER {owner.Username} TEMPLATE {template}", cancellationToken);
        if (GermanHost.IsWanted)
            await RunAsync(GermanHost.Settings(name), cancellationToken);
        return new TestDatabase(
            this,
            name,
            owner.ConnectionString,
            new NpgsqlConnectionStringBuilder(AdminConnectionString) { Database = name }.ConnectionString
        );
    }

    private async Task<TestDatabase> MakeTemplateAsync(string before, Partitions? partitions)
    {
        var database = await CreateDatabaseAsync();
        await using (var source = NpgsqlDataSource.Create(database.ConnectionString))
        {
            await using var command = source.CreateCommand(before);
            if (before.Length > 0)
            {
                await command.ExecuteNonQueryAsync();
            }
        }

        await new SchemaInstaller(database.ConnectionString, _time) { Partitions = partitions }.ApplyAsync(CancellationToken.None);

        // A database that somebody is connected to can't be copied.
        await using var pooled = new NpgsqlConnection(database.ConnectionString);
        NpgsqlConnection.ClearPool(pooled);
        return database;
    }

    internal async Task DropAsync(TestDatabase database)
    {
        foreach (var text in (string[])[database.ConnectionString, database.AdminConnectionString])
        {
            await using var connection = new NpgsqlConnection(text);
            NpgsqlConnection.ClearPool(connection);
        }

        await RunAsync($"DROP DATABASE IF EXISTS {database.Name} WITH (FORCE)", CancellationToken.None);
    }

    private async Task MakeOwnerAsync()
    {
        _ownerRole = $"host_owner_{Environment.ProcessId}";
        var password = Guid.NewGuid().ToString("N");
        await RunAsync($"DROP ROLE IF EXISTS {_ownerRole}", CancellationToken.None);
        await RunAsync($"CREATE ROLE {_ownerRole} LOGIN NOSUPERUSER CREATEROLE CREATEDB PASSWORD '{password}'", CancellationToken.None);
        _owner = new NpgsqlConnectionStringBuilder(AdminConnectionString) { Username = _ownerRole, Password = password }.ConnectionString;
    }

    private async Task RunAsync(string statement, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(AdminConnectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
