using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>What every class of tests here does: make clusters, show their logs when a test fails, end their processes.</summary>
public abstract class SiloTests(TestServer server, SiloCluster? shared = null) : IAsyncLifetime
{
    /// <summary>What is asked of a live system within 2 s is given this long on a machine that is busy with other things.</summary>
    protected static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    readonly List<SiloCluster> _clusters = [];

    /// <summary>The server of the clusters that <see cref="OpenAsync"/> makes.</summary>
    protected TestServer Server => server;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => default;

    /// <summary>A cluster of the test's own, on an empty database.</summary>
    protected async Task<SiloCluster> OpenAsync(string name)
    {
        var cluster = await MakeAsync(server, name);
        _clusters.Add(cluster);
        return cluster;
    }

    /// <summary>A cluster to be ended with the test.</summary>
    protected SiloCluster Own(SiloCluster cluster)
    {
        _clusters.Add(cluster);
        return cluster;
    }

    static async Task<SiloCluster> MakeAsync(TestServer server, string name)
    {
        var database = await server.CreateDatabaseAsync(CancellationToken.None);
        return new SiloCluster(name, database.ConnectionString, database);
    }

    public async ValueTask DisposeAsync()
    {
        var failed = TestContext.Current.TestState?.Result == TestResult.Failed;
        if (failed)
        {
            shared?.ShowLogs();
        }

        foreach (var cluster in _clusters)
        {
            if (failed)
            {
                cluster.ShowLogs();
            }

            await cluster.DisposeAsync();
        }

        GC.SuppressFinalize(this);
    }
}
