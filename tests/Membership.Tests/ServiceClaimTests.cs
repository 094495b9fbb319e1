using DxyOrleans.Testing;

namespace DxyOrleans.Membership.Tests;

public sealed class ServiceClaimTests(TestServer server)
{
    const int Racers = 12;

    [Fact]
    public async Task A_ServiceId_that_nobody_holds_is_the_first_clusters_and_stays_its_own()
    {
        await using var shop = await Shop.OpenAsync(server);
        var blue = Claim(shop, "blue");
        Assert.Null(await blue.TakeAsync(Shop.Token));
        await JoinAsync(shop, "blue");
        Assert.Null(await blue.TakeAsync(Shop.Token));
        Assert.Null(await blue.LostToAsync(Shop.Token));
    }

    [Fact]
    public async Task Another_cluster_is_refused_while_a_silo_of_the_holder_is_alive_and_told_which()
    {
        await using var shop = await Shop.OpenAsync(server);
        Assert.Null(await Claim(shop, "blue").TakeAsync(Shop.Token));
        await JoinAsync(shop, "blue");

        var refusal = await Claim(shop, "green").TakeAsync(Shop.Token);
        Assert.NotNull(refusal);
        Assert.DoesNotContain('\n', refusal);
        Assert.All((string[])["'the-service'", "'blue'", "10.0.0.1:11111", "'green'"], named =>
            Assert.Contains(named, refusal, StringComparison.Ordinal)
        );
        Assert.Equal("blue", await Claim(shop, "green").LostToAsync(Shop.Token));
        Assert.Null(await new ServiceClaim(shop.Data, "another-service", "green").TakeAsync(Shop.Token));
    }

    [Theory]
    [InlineData("UPDATE dxy_orleans.cluster_member SET status = 6")]
    [InlineData("UPDATE dxy_orleans.cluster_member SET seen_at = clock_timestamp() - interval '16 seconds'")]
    [InlineData("UPDATE dxy_orleans.cluster_member SET seen_at = NULL, alive_time = clock_timestamp() - interval '16 seconds'")]
    [InlineData("DELETE FROM dxy_orleans.cluster_member")]
    public async Task A_cluster_of_which_no_silo_is_alive_loses_it_to_the_next_and_is_told_so(string end)
    {
        await using var shop = await Shop.OpenAsync(server);
        var (blue, green) = (Claim(shop, "blue"), Claim(shop, "green"));
        Assert.Null(await blue.TakeAsync(Shop.Token));
        await JoinAsync(shop, "blue");
        await shop.RunAsync(end);

        Assert.Null(await green.TakeAsync(Shop.Token));
        await JoinAsync(shop, "green");
        Assert.Equal("green", await blue.LostToAsync(Shop.Token));
        Assert.NotNull(await blue.TakeAsync(Shop.Token));
    }

    [Theory]
    [InlineData("seen_at = clock_timestamp() - interval '14 seconds'")]
    [InlineData("alive_time = clock_timestamp() - interval '1 hour'")]
    [InlineData("status = 2")]
    [InlineData("seen_at = NULL")]
    public async Task A_silo_that_joins_or_whose_clock_is_wrong_or_whose_build_is_older_counts_as_alive(string state)
    {
        await using var shop = await Shop.OpenAsync(server);
        Assert.Null(await Claim(shop, "blue").TakeAsync(Shop.Token));
        await JoinAsync(shop, "blue");
        await shop.RunAsync($"UPDATE dxy_orleans.cluster_member SET {state}");
        Assert.NotNull(await Claim(shop, "green").TakeAsync(Shop.Token));
    }

    [Fact]
    public async Task Of_many_clusters_that_start_at_once_exactly_one_holds_it_in_the_end()
    {
        await using var shop = await Shop.OpenAsync(server);
        var started = await Task.WhenAll(
            Enumerable
                .Range(0, Racers)
                .Select(async racer =>
                {
                    var claim = Claim(shop, $"racer-{racer}");
                    if (await claim.TakeAsync(Shop.Token) is not null)
                    {
                        return null;
                    }

                    await JoinAsync(shop, $"racer-{racer}");
                    return await claim.TakeAsync(Shop.Token) is null ? claim : null;
                })
        );

        var winner = Assert.Single(started, claim => claim is not null)!;
        Assert.Null(await winner.LostToAsync(Shop.Token));
    }

    [Fact]
    public async Task A_heartbeat_is_told_by_the_servers_clock_too()
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.RunAsync("INSERT INTO dxy_orleans.cluster_version VALUES ('blue', 0)");
        await JoinAsync(shop, "blue");
        await shop.RunAsync("UPDATE dxy_orleans.cluster_member SET seen_at = NULL");
        var beat = (
            await shop.TextsAsync("SELECT querytext FROM dxy_orleans.orleansquery WHERE querykey = 'UpdateIAmAlivetimeKey'")
        ).Single();
        await using var command = shop.Data.CreateCommand(beat);
        command.Parameters.AddWithValue("IAmAliveTime", new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        command.Parameters.AddWithValue("DeploymentId", "blue");
        command.Parameters.AddWithValue("Address", "10.0.0.1");
        command.Parameters.AddWithValue("Port", 11111);
        command.Parameters.AddWithValue("Generation", 1);
        await command.ExecuteNonQueryAsync(Shop.Token);
        Assert.Equal(
            1,
            await shop.CountAsync(
                "dxy_orleans.cluster_member WHERE alive_time < '2021-01-01Z' AND seen_at > clock_timestamp() - interval '1 minute'"
            )
        );
    }

    static ServiceClaim Claim(Shop shop, string cluster) => new(shop.Data, "the-service", cluster);

    static Task JoinAsync(Shop shop, string cluster) =>
        shop.RunAsync(
            $"""
            INSERT INTO dxy_orleans.cluster_version VALUES ('{cluster}', 1) ON CONFLICT DO NOTHING;
            INSERT INTO dxy_orleans.cluster_member (deployment_id, address, port, generation, silo_name, host_name, status, proxy_port,
              start_time, alive_time, seen_at)
            VALUES ('{cluster}', '10.0.0.1', 11111, 1, 'silo', 'host', 3, 30000, clock_timestamp(), clock_timestamp(), clock_timestamp())
            """
        );
}
