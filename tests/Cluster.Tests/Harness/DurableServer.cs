using System.Diagnostics;
using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>A PostgreSQL server with all its durability on, that can be stopped and started.</summary>
[CollectionDefinition(Name)]
public sealed class DurableServer : IAsyncLifetime, ICollectionFixture<DurableServer>
{
    public const string Name = "durable server";

    readonly string _folder = TestFolder.Make();
    EmbeddedServer _server = null!;

    public async ValueTask InitializeAsync() => await StartAsync();

    /// <summary>Where its socket is, whenever it runs: the server makes a new folder for it at each start.</summary>
    public string SocketFolder => Path.Combine(_folder, "s");

    public async Task StartAsync()
    {
        _server = await EmbeddedServer.StartAsync(
            new EmbeddedServerOptions { Home = Path.Combine(_folder, "home") },
            notice: null,
            TimeProvider.System
        );
        File.Delete(SocketFolder);
        File.CreateSymbolicLink(SocketFolder, _server.SocketFolder);
    }

    public Task StopAsync() => _server.StopAsync();

    /// <summary>Ends the server at once (SIGKILL), as a machine does that loses power; its children follow when they notice.</summary>
    public async Task KillAsync()
    {
        using var postmaster = Process.GetProcessById(_server.Pid);
        postmaster.Kill();
        await Until.TrueAsync(
            "the server's process is gone",
            () => Task.FromResult(EmbeddedServer.Find(_server.Home, TimeProvider.System) is null),
            TimeSpan.FromSeconds(10)
        );
    }

    /// <summary>The server as it runs now.</summary>
    public EmbeddedServer Server => _server;

    /// <summary>A cluster on an empty database of this server.</summary>
    public async Task<SiloCluster> MakeClusterAsync(string name)
    {
        await using var admin = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(_server.AdminConnectionString) { Pooling = false }.ConnectionString
        );
        await admin.OpenAsync(TestContext.Current.CancellationToken);
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name} OWNER {EmbeddedServer.RoleName}", admin);
        await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        return new SiloCluster(name, new NpgsqlConnectionStringBuilder(_server.ConnectionString) { Database = name }.ConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await _server.DeleteAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
