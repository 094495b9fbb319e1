using DxyOrleans.Testing;

namespace DxyOrleans.Membership.Tests;

public sealed class SiloRosterTests(TestServer server)
{
    [Fact]
    public async Task Silos_are_known_with_all_of_them_down_and_only_those_heard_of_late_count_as_alive()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            """
            INSERT INTO dxy_orleans.cluster_version VALUES ('blue', 7);
            INSERT INTO dxy_orleans.cluster_member (deployment_id, address, port, generation, silo_name, host_name, status, proxy_port,
              start_time, alive_time, seen_at, suspect_times)
            SELECT 'blue', '10.0.0.1', port, 1, 'silo-' || port, 'host', status, 30000, clock_timestamp(), clock_timestamp() - silence,
              clock_timestamp() - silence, votes
            FROM (VALUES (11111, 3, interval '1 second', NULL), (11112, 3, interval '16 seconds', NULL),
              (11113, 6, interval '1 second', '10.0.0.1:11111@1')) AS silo(port, status, silence, votes)
            """
        );

        var silos = await SiloRoster.ReadAsync(host.Data, TestHost.Token);
        Assert.Equal(
            ["silo-11111 active True False", "silo-11112 active False False", "silo-11113 dead False True"],
            silos.OrderBy(silo => silo.Port).Select(silo => $"{silo.Name} {silo.State} {silo.IsAlive} {silo.WasVoted}")
        );
        Assert.All(silos, silo => Assert.Equal(7, silo.TableVersion));
        Assert.Equal(1, await SiloRoster.CountAliveAsync(host.Data, TestHost.Token));
    }

    [Fact]
    public async Task A_database_without_our_schema_has_none()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("DROP SCHEMA dxy_orleans CASCADE");
        Assert.Empty(await SiloRoster.ReadAsync(host.Data, TestHost.Token));
    }
}
