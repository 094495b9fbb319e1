using DxyOrleans.Abstractions;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Orleans.Runtime;

namespace DxyOrleans.Grains.Tests.Ingest;

public sealed class IngestTests(TestServer server)
{
    static readonly UtcTime Minute = GrainCluster.Start - Timeframe.OneMinute;

    static Bar[] All => [.. GrainCluster.Prices.Select(pair => GrainCluster.BarOf(pair.Pair, Minute, pair.Price))];

    [Fact]
    public async Task Bars_of_many_series_in_one_call_are_stored_and_derived_from()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Index().ConnectAsync();
        var result = await PublishAsync(cluster, All);
        Assert.Equal((6, 0, 0), (result.New, result.Changed, result.Equal));
        Assert.Empty(result.Refused);
        await cluster.UntilAsync(
            "the derived minute",
            $"SELECT count(*) = 1 FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{Minute}'"
        );

        var again = await PublishAsync(cluster, [.. All[..5], GrainCluster.BarOf("USDCHF", Minute, 0.89m)]);
        Assert.Equal((0, 1, 5), (again.New, again.Changed, again.Equal));
    }

    [Fact]
    public async Task Of_many_series_in_one_call_each_refused_bar_is_told_with_its_series_and_the_others_are_stored()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        var result = await PublishAsync(
            cluster,
            [
                .. All,
                GrainCluster.BarOf("AUDUSD", Minute, 0.65m),
                GrainCluster.BarOf("EURUSD", Minute + TimeSpan.FromHours(1), 1.1m),
                GrainCluster.BarOf("DXY", Minute, 100m),
            ]
        );
        Assert.Equal(6, result.New);
        Assert.Equal(
            ["AUDUSD/1m unknown-symbol", "DXY/1m unknown-symbol", "EURUSD/1m in-the-future"],
            result.Refused.Select(refused => $"{refused.Series} {refused.Bar.Code}").Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Symbols_that_nobody_registered_get_no_grains()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        var result = await PublishAsync(
            cluster,
            [.. All, .. Enumerable.Range(0, 5000).Select(i => GrainCluster.BarOf($"MADE{i}", Minute, 1m))]
        );
        Assert.Equal((6, 5000), (result.New, result.Refused.Count(refused => refused.Bar.Code == "unknown-symbol")));
        var grains = await cluster.Cluster.Client.GetGrain<IManagementGrain>(0).GetSimpleGrainStatistics();
        Assert.InRange(
            grains.Where(kind => kind.GrainType.Contains("BarGrain", StringComparison.Ordinal)).Sum(kind => kind.ActivationCount),
            6,
            10
        );
    }

    [Fact]
    public async Task Of_two_bars_of_one_minute_in_a_call_for_many_series_the_last_is_stored()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        Assert.Equal(6, (await PublishAsync(cluster, [GrainCluster.BarOf("EURUSD", Minute, 1.2m), .. All])).New);
        Assert.Equal(1.1m, await cluster.Database.ValueAsync<decimal>("SELECT close FROM data_bars WHERE canonical_symbol = 'EURUSD'"));
    }

    [Fact]
    public async Task A_call_for_many_series_that_can_not_be_stored_says_why_and_may_be_made_again()
    {
        await using var cluster = await GrainCluster.StartAsync(server, services: services =>
            services.AddSingleton(provider => new BarWriter(provider.GetRequiredService<BarStore>(), barLimit: 1))
        );
        Task<PublishResult> waiting;
        await using (var holding = await cluster.Data.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (var held = await holding.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var hold = new NpgsqlCommand("LOCK TABLE data_bars IN SHARE MODE", holding, held);
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            waiting = cluster.BarsOf("EURUSD").PublishAsync(new PublishBars([All[0]], BarSource.Ingest));
            await cluster.UntilAsync(
                "a bar that waits for the table",
                "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'public.data_bars'::regclass)"
            );
            var fault = await Assert.ThrowsAnyAsync<Exception>(() => PublishAsync(cluster, All[1..]));
            Assert.Contains("send these again later", fault.Message, StringComparison.Ordinal);
        }

        Assert.Equal(1, (await waiting).New);
        foreach (var bar in All)
        {
            await PublishAsync(cluster, [bar]);
        }

        Assert.Equal(6, await cluster.Database.ValueAsync<long>("SELECT count(*) FROM data_bars"));
    }

    static Task<IngestResult> PublishAsync(GrainCluster cluster, Bar[] bars) =>
        cluster.Cluster.Client.GetGrain<IIngestGrain>(0).PublishAsync(new PublishBars([.. bars], BarSource.Ingest));
}
