using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Cluster.Tests;

/// <summary>A cluster at work that is upgraded one silo after the other, to a build with another contract and another schema.</summary>
public sealed class UpgradeTests(TestServer server) : SiloTests(server)
{
    [Fact(Explicit = true)]
    public async Task Two_silos_are_upgraded_one_after_the_other_while_bars_flow_and_one_of_the_old_build_is_killed_and_started_again_beside_the_new()
    {
        using var next = await NextBuild.MakeAsync(SiloProcess.Dotnet, Token);
        var cluster = await OpenAsync("upgrade");
        var old = await cluster.ReadyAsync(2);
        await using var market = await LiveMarket.OpenAsync(cluster);
        await market.FlowsAsync(DisturbedCluster.Patience);

        Assert.Equal(0, await old[1].StopAsync());
        var first = cluster.StartBuild(next.Program, old[1].Ports);
        await first.ReadyAsync();
        await market.FlowsAsync(DisturbedCluster.Patience);
        Assert.Equal(1, await cluster.HostDatabase.CountAsync("pg_proc WHERE proname = 'tomorrow'"));

        await old[0].KillAsync();
        var again = cluster.StartAt(old[0].Ports);
        await again.ReadyAsync();
        await market.FlowsAsync(DisturbedCluster.Patience);
        Assert.Contains("newer than this build's", again.Log, StringComparison.Ordinal);

        Assert.Equal(0, await again.StopAsync());
        var second = cluster.StartBuild(next.Program, old[0].Ports);
        await second.ReadyAsync();
        await market.FlowsAsync(DisturbedCluster.Patience);
        await market.CloseAsync(DisturbedCluster.Patience);

        Assert.Equal(1, await cluster.HostDatabase.CountAsync("pg_proc WHERE proname = 'tomorrow'"));
        await using var database = NpgsqlDataSource.Create(cluster.ConnectionString);
        IReadOnlyList<TableFault> found = [];
        await Until.NothingIsMissingAsync(
            "sound tables",
            async () =>
                (found = await new TableChecker(database).FaultsAsync(market.Acknowledged, Token)).Count == 0
                    ? null
                    : string.Join("; ", found),
            TimeSpan.FromSeconds(30)
        );
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{market.Calls} calls, {market.Failed.Count} made again, the longest of them after "
                + $"{market.Failed.DefaultIfEmpty().Max().TotalSeconds:0.0} s; {market.Acknowledged.Count} bars answered for"
        );
    }
}
