using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Grains.Tests.Bars;

public sealed class PublishingTests(TestServer server)
{
    static readonly UtcTime Minute = GrainCluster.Start - Timeframe.OneMinute;

    [Fact]
    public async Task What_is_not_a_bar_of_the_series_is_refused_row_by_row_and_the_good_rows_are_stored()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        var result = await cluster
            .BarsOf("EURUSD")
            .PublishAsync(
                new PublishBars(
                    [
                        GrainCluster.BarOf("EURUSD", Minute, 1.1m),
                        GrainCluster.BarOf("USDJPY", Minute, 150m),
                        GrainCluster.BarOf("EURUSD", Minute + TimeSpan.FromHours(1), 1.2m),
                    ],
                    BarSource.Ingest
                )
            );

        Assert.Equal(1, result.New);
        Assert.Equal(["wrong-series", "in-the-future"], result.Refused.Select(refused => refused.Code));
        Assert.Equal(1, await cluster.CountAsync("EURUSD", "1m"));
        Assert.Equal(0, await cluster.CountAsync("USDJPY", "1m"));
    }

    [Fact]
    public async Task A_symbol_the_registry_does_not_know_is_refused()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        var result = await cluster
            .BarsOf("AUDUSD")
            .PublishAsync(new PublishBars([GrainCluster.BarOf("AUDUSD", Minute, 0.65m)], BarSource.Ingest));
        Assert.Equal("unknown-symbol", Assert.Single(result.Refused).Code);
    }

    [Fact]
    public async Task Publishing_the_same_bars_again_changes_nothing()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Index().ConnectAsync();
        await cluster.PublishAllAsync(Minute);
        await cluster.UntilAsync("the derived minute", "SELECT count(*) = 1 FROM data_bars WHERE canonical_symbol = 'DXY'");
        var before = await cluster.Database.ValueAsync<string>(
            "SELECT string_agg(d::text, '|' ORDER BY canonical_symbol) FROM data_bars AS d"
        );

        var again = await cluster
            .BarsOf("EURUSD")
            .PublishAsync(new PublishBars([GrainCluster.BarOf("EURUSD", Minute, 1.1m)], BarSource.Ingest));
        await cluster.Poller.PollAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, 0, 1), (again.New, again.Changed, again.Equal));
        Assert.Equal(
            before,
            await cluster.Database.ValueAsync<string>("SELECT string_agg(d::text, '|' ORDER BY canonical_symbol) FROM data_bars AS d")
        );
    }

    [Fact]
    public async Task Of_two_bars_of_one_minute_in_a_message_the_last_is_stored()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        var result = await cluster
            .BarsOf("EURUSD")
            .PublishAsync(
                new PublishBars([GrainCluster.BarOf("EURUSD", Minute, 1.1m), GrainCluster.BarOf("EURUSD", Minute, 1.2m)], BarSource.Ingest)
            );
        Assert.Equal(1, result.New);
        Assert.Equal(1.2m, await cluster.Database.ValueAsync<decimal>("SELECT close FROM data_bars WHERE canonical_symbol = 'EURUSD'"));
    }

    [Fact]
    public async Task A_partial_bar_is_refused_and_the_stored_final_stands()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        var grain = cluster.BarsOf("EURUSD");
        await grain.PublishAsync(new PublishBars([GrainCluster.BarOf("EURUSD", Minute, 1.1m)], BarSource.Vendor));
        var partial = Bar.Create(Series.Parse("EURUSD/1m"), Minute, 1.2m, 1.2m, 1.2m, 1.2m, isPartial: true);
        Assert.Equal("partial", Assert.Single((await grain.PublishAsync(new PublishBars([partial], BarSource.Vendor))).Refused).Code);
        Assert.Equal(1.1m, await cluster.Database.ValueAsync<decimal>("SELECT close FROM data_bars WHERE NOT is_partial"));
    }

    [Fact]
    public async Task Another_sources_bar_stands()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.BarsOf("EURUSD").PublishAsync(new PublishBars([GrainCluster.BarOf("EURUSD", Minute, 1.1m)], BarSource.Vendor));
        var result = await cluster
            .BarsOf("EURUSD")
            .PublishAsync(new PublishBars([GrainCluster.BarOf("EURUSD", Minute, 1.2m)], BarSource.Ingest));
        Assert.Equal(1, result.OtherSource);
        Assert.Equal(1.1m, await cluster.Database.ValueAsync<decimal>("SELECT close FROM data_bars WHERE canonical_symbol = 'EURUSD'"));
    }
}
