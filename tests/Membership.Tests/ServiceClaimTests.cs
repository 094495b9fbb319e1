using DxyOrleans.Testing;

namespace DxyOrleans.Membership.Tests;

public sealed class ServiceClaimTests(TestServer server)
{
    const int Racers = 12;

    [Fact]
    public async Task A_ServiceId_that_nobody_holds_is_the_first_clusters_and_stays_its_own()
    {
        await using var host = await TestHost.OpenAsync(server);
        var blue = Claim(host, "blue");
        Assert.Null(await blue.TakeAsync(TestHost.Token));
        await JoinAsync(host, "blue");
        Assert.Null(await blue.TakeAsync(TestHost.Token));
        Assert.Null(await blue.LostToAsync(TestHost.Token));
    }

    [Fact]
    public async Task Another_cluster_is_refused_while_a_silo_of_the_holder_is_alive_and_told_which()
    {
        await using var host = await TestHost.OpenAsync(server);
        Assert.Null(await Claim(host, "blue").TakeAsync(TestHost.Token));
        await JoinAsync(host, "blue");

        var refusal = await Claim(host, "green").TakeAsync(TestHost.Token);
        Assert.NotNull(refusal);
        Assert.DoesNotContain('\n', refusal);
        Assert.All((string[])["'the-service'", "'blue'", "10.0.0.1:11111", "'green'"], named =>
            Assert.Contains(named, refusal, StringComparison.Ordinal)
        );
        Assert.Equal("blue", await Claim(host, "green").LostToAsync(TestHost.Token));
        Assert.Null(await new ServiceClaim(host.Data, "another-service", "green").TakeAsync(TestHost.Token));
    }

    [Theory]
    [InlineData("UPDATE dxy_orleans.cluster_member SET status = 6")]
    [InlineData("UPDATE dxy_orleans.cluster_member SET seen_at = clock_timestamp() - interval '16 seconds'")]
    [InlineData("UPDATE dxy_orleans.cluster_member SET seen_at = NULL, alive_time = clock_timestamp() - interval '16 seconds'")]
    [InlineData("DELETE FROM dxy_orleans.cluster_member")]
    public async Task A_cluster_of_which_no_silo_is_alive_loses_it_to_the_next_and_is_told_so(string end)
    {
        await using var host = await TestHost.OpenAsync(server);
        var (blue, green) = (Claim(host, "blue"), Claim(host, "green"));
        Assert.Null(await blue.TakeAsync(TestHost.Token));
        await JoinAsync(host, "blue");
        await host.RunAsync(end);

        Assert.Null(await green.TakeAsync(TestHost.Token));
        await JoinAsync(host, "green");
        Assert.Equal("green", await blue.LostToAsync(TestHost.Token));
        Assert.NotNull(await blue.TakeAsync(TestHost.Token));
    }

    [Theory]
    [InlineData("seen_at = clock_timestamp() - interval '14 seconds'")]
    [InlineData("alive_time = clock_timestamp() - interval '1 hour'")]
    [InlineData("status = 2")]
    [InlineData("seen_at = NULL")]
    public async Task A_silo_that_joins_or_whose_clock_is_wrong_or_whose_build_is_older_counts_as_alive(string state)
    {
        await using var host = await TestHost.OpenAsync(server);
        Assert.Null(await Claim(host, "blue").TakeAsync(TestHost.Token));
        await JoinAsync(host, "blue");
        await host.RunAsync($"UPDATE dxy_orleans.cluster_member SET {state}");
        Assert.NotNull(await Claim(host, "green").TakeAsync(TestHost.Token));
    }

    [Fact]
    public async Task Of_many_clusters_that_start_at_once_exactly_one_holds_it_in_the_end()
    {
        await using var host = await TestHost.OpenAsync(server);
        var started = await Task.WhenAll(
            Enumerable
                .Range(0, Racers)
                .Select(async racer =>
                {
                    var claim = Claim(host, $"racer-{racer}");
                    if (await claim.TakeAsync(TestHost.Token) is not null)
                    {
                        return null;
                    }

                    await JoinAsync(host, $"racer-{racer}");
                    return await claim.TakeAsync(TestHost.Token) is null ? claim : null;
                })
        );

        var winner = Assert.Single(started, claim => claim is not null)!;
        Assert.Null(await winner.LostToAsync(TestHost.Token));
    }

    [Fact]
    public async Task A_heartbeat_is_told_by_the_servers_clock_too()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("INSERT INTO dxy_orleans.cluster_version VALUES ('blue', 0)");
        await JoinAsync(host, "blue");
        await host.RunAsync("UPDATE dxy_orleans.cluster_member SET seen_at = NULL");
        var beat = (
            await host.TextsAsync("SELECT querytext FROM dxy_orleans.orleansquery WHERE querykey = 'UpdateIAmAlivetimeKey'")
        ).Single();
        await using var command = host.Data.CreateCommand(beat);
        command.Parameters.AddWithValue("IAmAliveTime", new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        command.Parameters.AddWithValue("DeploymentId", "blue");
        command.Parameters.AddWithValue("Address", "10.0.0.1");
        command.Parameters.AddWithValue("Port", 11111);
        command.Parameters.AddWithValue("Generation", 1);
        await command.ExecuteNonQueryAsync(TestHost.Token);
        Assert.Equal(
            1,
            await host.CountAsync(
                "dxy_orleans.cluster_member WHERE alive_time < '2021-01-01Z' AND seen_at > clock_timestamp() - interval '1 minute'"
            )
        );
    }

    static ServiceClaim Claim(TestHost host, string cluster) => new(host.Data, "the-service", cluster);

    static Task JoinAsync(TestHost host, string cluster) =>
        host.RunAsync(
            $"""
            INSERT INTO dxy_orleans.cluster_version VALUES ('{cluster}', 1) ON CONFLICT DO NOTHING;
            INSERT INTO dxy_orleans.cluster_member (deployment_id, address, port, generation, silo_name, host_name, status, proxy_port,
              start_time, alive_time, seen_at)
            VALUES ('{cluster}', '10.0.0.1', 11111, 1, 'silo', 'host', 3, 30000, clock_timestamp(), clock_timestamp(), clock_timestamp())
            """
        );
}
