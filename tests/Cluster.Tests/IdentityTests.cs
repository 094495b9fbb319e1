using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Schema;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests;

/// <summary>Two clusters on one database must not share a ServiceId: each would fire the other's reminders.</summary>
public sealed class IdentityTests(TestServer server) : SiloTests(server)
{
    const int Refused = 4;

    [Fact]
    public async Task A_second_cluster_with_the_same_ServiceId_is_refused_while_the_first_lives_and_takes_it_over_once_the_first_has_stopped()
    {
        var cluster = await OpenAsync("blue");
        var blue = (await cluster.ReadyAsync(1))[0];

        var green = cluster.Start("--ClusterId", "green");
        Assert.Equal(Refused, await green.ExitAsync(TimeSpan.FromSeconds(30)));
        var line = Assert.Single(green.Log.Split('\n'), one => one.StartsWith("dxy-silo: ", StringComparison.Ordinal));
        Assert.All((string[])["ServiceId 'blue'", "cluster 'blue'", "'green'", $"127.0.0.1:{blue.Ports.Silo}"], named =>
            Assert.Contains(named, line, StringComparison.Ordinal)
        );
        Assert.DoesNotContain("   at ", green.Log, StringComparison.Ordinal);
        Assert.True(blue.IsRunning);

        Assert.Equal(0, await blue.StopAsync());
        await cluster.StartAt(green.Ports, "--ClusterId", "green").ReadyAsync();
    }

    [Fact]
    public async Task Of_two_clusters_that_start_at_once_with_one_ServiceId_one_gets_ready_and_the_other_is_refused()
    {
        var cluster = await OpenAsync("pair");
        await new SchemaInstaller(cluster.ConnectionString, TimeProvider.System).ApplyAsync(Token);
        SiloProcess[] both = [cluster.Start("--ClusterId", "red"), cluster.Start("--ClusterId", "black")];
        await Until.TrueAsync(
            "one of the two has ended",
            () => Task.FromResult(both.Count(silo => silo.IsRunning) < 2),
            TimeSpan.FromSeconds(40)
        );
        var refused = Assert.Single(both, silo => !silo.IsRunning);
        Assert.Equal(Refused, await refused.ExitAsync(TimeSpan.Zero));
        Assert.Single(refused.Log.Split('\n'), one => one.StartsWith("dxy-silo: ServiceId 'pair'", StringComparison.Ordinal));
        await Assert.Single(both, silo => silo.IsRunning).ReadyAsync();
    }

    [Fact]
    public async Task A_cluster_whose_ServiceId_another_took_while_it_was_silent_stops_when_it_wakes()
    {
        var cluster = await OpenAsync("silent");
        var silo = (await cluster.ReadyAsync(1))[0];
        await cluster.HostDatabase.RunAsync("UPDATE dxy.service SET cluster_id = 'somebody-else'");
        Assert.Equal(Refused, await silo.ExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("took ServiceId 'silent' over", silo.Log, StringComparison.Ordinal);
    }
}
