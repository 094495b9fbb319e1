using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>The cluster that the tests of one class share.</summary>
public sealed class SharedCluster(TestServer server) : IAsyncLifetime
{
    public SiloCluster Cluster { get; private set; } = null!;

    /// <summary>For Npgsql: a superuser, in the cluster's database.</summary>
    public string AdminConnectionString { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var database = await server.CreateDatabaseAsync(CancellationToken.None);
        AdminConnectionString = database.AdminConnectionString;
        Cluster = new SiloCluster("shared", database.ConnectionString, database);
    }

    public ValueTask DisposeAsync() => Cluster.DisposeAsync();
}
