using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Grains.Tests.Bars;

public sealed class TickTests(TestServer server)
{
    static readonly UtcTime Minute = GrainCluster.Start;

    [Fact]
    public async Task Ticks_build_the_forming_minute_apart_from_the_finals_and_it_closes_by_time()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(30));
        var grain = cluster.BarsOf("EURUSD");
        await grain.TickAsync(Ticks((1, 1.10m), (2, 1.13m), (3, 1.08m), (29, 1.11m)));
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        await cluster.UntilAsync("the save", "SELECT count(*) = 1 FROM dxy.forming_bar WHERE symbol = 'EURUSD' AND ticks = 4");
        Assert.Equal(0, await cluster.CountAsync("EURUSD", "1m"));

        // A timer that is set only now, after the save, wants time that goes on.
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(30));
        await cluster.UntilAsync(
            "the final",
            $"""
            SELECT count(*) = 1 FROM data_bars
            WHERE canonical_symbol = 'EURUSD' AND ts_utc = '{Minute}' AND (open, high, low, close, vol, trade_count, is_partial) = (1.10,
              1.13, 1.08, 1.11, 4, 4, false)
            """,
            () => cluster.AdvanceAsync(TimeSpan.FromMilliseconds(10))
        );
        await cluster.UntilAsync("the forming row's end", "SELECT count(*) = 0 FROM dxy.forming_bar");
    }

    [Fact]
    public async Task A_forming_minute_survives_its_activation()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(30));
        var grain = cluster.BarsOf("EURUSD");
        await grain.TickAsync(Ticks((1, 1.10m), (2, 1.12m)));
        await cluster.Cluster.DeactivateAsync(grain);
        await grain.TickAsync(Ticks((20, 1.11m)));
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(31));
        await grain.SettleAsync();
        Assert.Equal(
            "1.10000000 1.12000000 1.10000000 1.11000000 3",
            await cluster.Database.ValueAsync<string>(
                "SELECT concat_ws(' ', open, high, low, close, trade_count) FROM data_bars WHERE canonical_symbol = 'EURUSD'"
            )
        );
    }

    [Fact]
    public async Task A_minute_left_forming_by_a_dead_silo_is_closed_at_the_pumps_first_look()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Database.RunAsync(
            $"""
            INSERT INTO dxy.forming_bar VALUES ('EURUSD', '1m', '{Minute - Timeframe.OneMinute}', 1.1, 1.2, 1.0, 1.15,
              '{Minute - TimeSpan.FromSeconds(50)}', '{Minute - TimeSpan.FromSeconds(5)}', 12, 'synthetic', 7, '{Minute}')
            """
        );
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        await cluster.Poller.PollAsync(TestContext.Current.CancellationToken);
        await cluster.UntilAsync(
            "the final",
            "SELECT count(*) = 1 FROM data_bars WHERE canonical_symbol = 'EURUSD' AND trade_count = 12 AND source = 'synthetic'"
        );
        await cluster.UntilAsync("the forming row's end", "SELECT count(*) = 0 FROM dxy.forming_bar");
    }

    [Fact]
    public async Task A_tick_that_no_bar_can_be_made_of_is_refused_and_the_minute_of_the_others_closes()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(30));
        var grain = cluster.BarsOf("EURUSD");
        var result = await grain.TickAsync(
            new PublishTicks(
                [
                    new Quote(Minute - TimeSpan.FromMinutes(1), 0.000000001m),
                    new Quote(Minute - TimeSpan.FromMinutes(2), Price.Limit - 0.000000001m),
                    new Quote(UtcTime.FromTicks(-TimeSpan.TicksPerSecond), 1.1m),
                    new Quote(default, 1.1m),
                    new Quote(UtcTime.FromTicks(long.MaxValue), 1.1m),
                    new Quote(Minute + TimeSpan.FromSeconds(1), 1.1m),
                ],
                BarSource.Synthetic
            )
        );
        Assert.Equal(["not-positive", "too-large", "no-time", "no-time", "no-time"], result.Refused.Select(refused => refused.Code));
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(31));
        await grain.SettleAsync();
        Assert.Equal(1, await cluster.CountAsync("EURUSD", "1m"));
    }

    [Fact]
    public async Task A_final_whose_sender_gave_up_is_not_replaced_by_the_ticks_of_its_minute()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        var grain = cluster.BarsOf("EURUSD");
        await grain.TickAsync(Ticks((0, 1.2m)));
        await cluster.AdvanceAsync(TimeSpan.FromMinutes(1));
        using var patience = new CancellationTokenSource();
        await using (var holding = await cluster.Data.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (var transaction = await holding.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var take = new NpgsqlCommand("LOCK TABLE data_bars IN SHARE MODE", holding, transaction);
            await take.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            var final = grain.PublishAsync(
                new PublishBars([GrainCluster.BarOf("EURUSD", Minute, 1.1m)], BarSource.Synthetic),
                patience.Token
            );
            await cluster.UntilAsync(
                "the write",
                "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'data_bars'::regclass AND NOT granted)"
            );
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => final);
        }

        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1));
        await grain.SettleAsync();
        Assert.Equal(1.1m, await cluster.Database.ValueAsync<decimal>("SELECT close FROM data_bars WHERE canonical_symbol = 'EURUSD'"));
        Assert.Empty((await grain.StateAsync()).Forming);
    }

    [Fact]
    public async Task A_tick_for_a_closed_minute_is_late_and_one_that_is_no_price_is_refused()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        var grain = cluster.BarsOf("EURUSD");
        await grain.PublishAsync(new PublishBars([GrainCluster.BarOf("EURUSD", Minute - Timeframe.OneMinute, 1.1m)], BarSource.Synthetic));
        var result = await grain.TickAsync(Ticks((-20, 1.10m), (0, 1.11m), (1, 0m), (2, -1m), (3600, 1.1m)));
        Assert.Equal((1, 1), (result.Taken, result.Late));
        Assert.Equal(["not-positive", "not-positive", "in-the-future"], result.Refused.Select(refused => refused.Code));
    }

    [Fact]
    public async Task Ticks_late_within_the_close_grace_still_count_and_two_minutes_form_at_once()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(60.1));
        var grain = cluster.BarsOf("EURUSD");
        await grain.TickAsync(Ticks((60, 1.2m), (59.9, 1.1m)));
        Assert.Equal([Minute, Minute + Timeframe.OneMinute], (await grain.StateAsync()).Forming);
    }

    [Fact]
    public async Task A_feeds_own_final_takes_the_place_of_the_ticks()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(30));
        var grain = cluster.BarsOf("EURUSD");
        await grain.TickAsync(Ticks((1, 1.10m)));
        await grain.PublishAsync(new PublishBars([GrainCluster.BarOf("EURUSD", Minute, 1.3m)], BarSource.Synthetic));
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(60));
        await grain.SettleAsync();
        Assert.Equal(1.3m, await cluster.Database.ValueAsync<decimal>("SELECT close FROM data_bars WHERE canonical_symbol = 'EURUSD'"));
        Assert.Empty((await grain.StateAsync()).Forming);
    }

    [Fact]
    public async Task A_forming_row_whose_final_is_stored_does_not_overwrite_it()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(90));
        await cluster.Database.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', '{Minute}',
              1.3, 1.3, 1.3, 1.3, 'synthetic');
            INSERT INTO dxy.forming_bar VALUES ('EURUSD', '1m', '{Minute}', 1.1, 1.2, 1.0, 1.15, '{Minute}', '{Minute}', 12, 'synthetic',
              7, '{Minute}')
            """
        );
        await cluster.BarsOf("EURUSD").SettleAsync();
        Assert.Equal(1.3m, await cluster.Database.ValueAsync<decimal>("SELECT close FROM data_bars WHERE canonical_symbol = 'EURUSD'"));
        Assert.Equal(0, await cluster.Database.ValueAsync<long>("SELECT count(*) FROM dxy.forming_bar"));
    }

    [Fact]
    public async Task An_activation_that_was_overtaken_does_not_close_the_minute()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(30));
        var grain = cluster.BarsOf("EURUSD");
        await grain.TickAsync(Ticks((1, 1.10m)));
        await grain.SettleAsync();
        await cluster.Database.RunAsync("UPDATE dxy.forming_bar SET revision = revision + 1, close = 1.05, low = 1.05, ticks = 9");
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(31));
        await cluster.UntilAsync(
            "the close by who saved last",
            "SELECT count(*) = 1 FROM data_bars WHERE canonical_symbol = 'EURUSD' AND trade_count = 9 AND close = 1.05",
            () => cluster.Poller.PollAsync(TestContext.Current.CancellationToken)
        );
    }

    [Fact]
    public async Task A_row_from_the_future_by_another_program_makes_no_tick_late()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Database.RunAsync(
            "INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', "
                + "'2099-01-01Z', 1, 1, 1, 1, 'ingest')"
        );
        var result = await cluster.BarsOf("EURUSD").TickAsync(Ticks((1, 1.10m)));
        Assert.Equal((1, 0), (result.Taken, result.Late));
    }

    [Fact]
    public async Task The_timer_is_armed_again_after_a_feeds_early_final_left_nothing_forming()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(58));
        var grain = cluster.BarsOf("EURUSD");
        await grain.TickAsync(Ticks((57, 1.10m)));
        await grain.PublishAsync(new PublishBars([GrainCluster.BarOf("EURUSD", Minute, 1.3m)], BarSource.Synthetic));
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(2.1));
        await grain.TickAsync(Ticks((60.05, 1.4m)));
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(1.1));
        await cluster.UntilAsync("the save", "SELECT count(*) = 1 FROM dxy.forming_bar");
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(60));
        await cluster.UntilAsync("the second minute's close", "SELECT count(*) = 2 FROM data_bars WHERE canonical_symbol = 'EURUSD'", () =>
            cluster.AdvanceAsync(TimeSpan.FromMilliseconds(10))
        );
    }

    static PublishTicks Ticks(params (double Second, decimal Price)[] ticks) =>
        new([.. ticks.Select(tick => new Quote(Minute + TimeSpan.FromSeconds(tick.Second), tick.Price))], BarSource.Synthetic);
}
