using DxyOrleans.Abstractions;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Cluster.Tests;

public sealed class PlacementTests(TestServer server) : SiloTests(server)
{
    [Fact]
    public async Task An_index_lives_beside_its_components_and_a_silo_that_is_stopped_hands_all_of_them_over_together_without_a_late_minute()
    {
        var cluster = await OpenAsync("beside");
        await cluster.ReadyAsync(3);
        await using var market = await LiveMarket.OpenAsync(cluster);
        await market.FlowsAsync(DisturbedCluster.Patience);
        var home = await TogetherAsync(market);

        Assert.Equal(0, await cluster.Running.Single(silo => silo.Ports.Silo == home).StopAsync());
        await market.FlowsAsync(DisturbedCluster.Patience);
        Assert.NotEqual(home, await TogetherAsync(market));
        await market.CloseAsync(DisturbedCluster.Patience);

        // Late is a minute that comes when the next one is over.
        var late = await cluster.HostDatabase.ListAsync(
            """
            SELECT format('%s after %s', d.ts_utc, d.created_at - c.complete)
            FROM data_bars AS d,
                 LATERAL (SELECT max(c.created_at) AS complete FROM data_bars AS c WHERE c.timeframe = '1m' AND c.ts_utc = d.ts_utc
                   AND c.canonical_symbol <> 'DXY') AS c
            WHERE d.canonical_symbol = 'DXY' AND d.timeframe = '1m' AND d.created_at - c.complete > interval '1 minute'
            """
        );
        Assert.Empty(late);
        await using var database = NpgsqlDataSource.Create(cluster.ConnectionString);
        Assert.DoesNotContain(await new TableChecker(database).FaultsAsync(market.Acknowledged, Token), fault =>
            fault.Kind is TableFault.Lost or TableFault.Twice
        );
    }

    // The silo port of the silo that the index and all of its components are on.
    static async Task<int> TogetherAsync(LiveMarket market)
    {
        var ports = new HashSet<int?>();
        await Until.NothingIsMissingAsync(
            "the index and its components are on one silo",
            async () =>
            {
                ports = [await market.PortOfAsync(market.Grains.GetGrain<IIndexGrain>("DXY"))];
                foreach (var pair in HostDatabase.Pairs)
                {
                    ports.Add(await market.PortOfAsync(market.Grains.GetGrain<IBarGrain>($"{pair}/1m")));
                }

                return ports.Count == 1 && ports.Single() is not null
                    ? null
                    : $"they are on "
                        + $"{string.Join(", ", ports.Select(port => port?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"))}";
            },
            Soon
        );
        return ports.Single()!.Value;
    }
}
