using System.Diagnostics;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Steps.Observe;

public sealed class WindowStepTests(TestServer server)
{
    static readonly IMigrationStep Step = MigrationSteps.All.Single(step => step.Name == "observe/window");

    static Task<ObservedHost> OpenAsync(TestServer server, RunSettings? settings = null) => ObservedHost.OpenAsync(server, Step, settings);

    [Fact]
    public async Task Each_market_minute_gets_one_sample_whoever_calls_and_however_often()
    {
        await using var host = await OpenAsync(server);
        await host.TradeAsync(0, 90);

        var first = await host.AdvanceAsync(Step, 90);
        var second = await host.AdvanceAsync(Step);
        await host.TradeAsync(90, 1);
        await host.AdvanceAsync(Step, 91);

        Assert.Equal(
            ["2024-03-04 09:30:00+00 PASS", "2024-03-04 09:31:00+00 PASS"],
            await host.TestHost.TextsAsync("SELECT at || ' ' || verdict FROM dxy.run_sample ORDER BY at")
        );
        Assert.All(new[] { first, second }, outcome => Assert.IsType<StepOutcome.Waiting>(outcome));
        Assert.StartsWith(
            "FAIL 0.02 hours, since 2024-03-04T09:30:00Z",
            await host.TestHost.ValueAsync<string>("SELECT verdict || ' ' || observed FROM dxy.run_gate WHERE gate = 'observe/wall'"),
            StringComparison.Ordinal
        );
        Assert.Equal("FAIL 1", ObservedHost.Gate(first, "observe/healthy"));
    }

    [Fact]
    public async Task A_sample_whose_call_died_before_its_commit_was_never_taken()
    {
        await using var host = await OpenAsync(server);
        await host.TradeAsync(0, 90);
        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            host.AdvanceAsync(Step, 90, (point, _) =>
                point == "observe/window:written" ? throw new InvalidOperationException() : Task.CompletedTask
            )
        );
        Assert.Equal(0, await host.TestHost.CountAsync("dxy.run_sample"));

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            host.AdvanceAsync(Step, 90, (point, _) =>
                point == "observe/window:committed" ? throw new InvalidOperationException() : Task.CompletedTask
            )
        );
        await host.AdvanceAsync(Step, 90);
        Assert.Equal(1, await host.TestHost.CountAsync("dxy.run_sample"));
    }

    [Theory]
    [InlineData("DELETE FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 09:20Z'", "FAIL derived parity")]
    [InlineData(
        "UPDATE derived_data_bars SET close = close + 0.00000001, high = high + 0.00000001 WHERE canonical_symbol = 'DXY' AND timeframe "
            + "= '1m' AND ts_utc = '2024-03-04 09:20Z'",
        "FAIL legacy writers parity"
    )]
    [InlineData(
        "UPDATE derived_data_bars SET deleted_at = now() WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc = '2024-03-04 "
            + "09:20Z'",
        "FAIL legacy writers parity"
    )]
    [InlineData("UPDATE data_bars SET vol = 1 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 09:20Z'", "FAIL parity")]
    [InlineData(
        "UPDATE derived_data_bars SET deleted_at = now() WHERE canonical_symbol = 'DXY' AND timeframe = '5m' AND ts_utc = '2024-03-04 "
            + "09:25Z'",
        "FAIL schedule"
    )]
    [InlineData(
        "UPDATE derived_data_bars SET deleted_at = now() WHERE canonical_symbol = 'DXY' AND timeframe = '1h' AND ts_utc = '2024-03-04 "
            + "08:00Z'",
        "FAIL schedule"
    )]
    [InlineData(
        "INSERT INTO derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '5m', "
            + "'2024-03-07 09:30Z', 104, 104, 104, 104, 'derived')",
        "FAIL future"
    )]
    [InlineData(
        "UPDATE data_bars SET high = 9999, close = 9999 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 09:20Z'",
        "FAIL outliers parity"
    )]
    [InlineData("DELETE FROM data_bars WHERE canonical_symbol = 'DXY'", "FAIL coverage derived freshness parity")]
    [InlineData("DELETE FROM core_asset_registry_all WHERE canonical_symbol = 'DXY'", "FAIL derived")]
    [InlineData(
        "INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, recorded_at, attempts) VALUES ('DXY', '1m', '2024-03-04 "
            + "08:00Z', '2024-03-04 08:10Z', 'change', '2024-03-04 08:10Z', 6)",
        "FAIL backlog stuck"
    )]
    [InlineData(
        "UPDATE dxy.touch SET own = false, at = dxy.now() WHERE id = (SELECT id FROM dxy.touch WHERE table_name = 'derived_data_bars' "
            + "LIMIT 1)",
        "WARN legacy writers"
    )]
    public async Task What_is_not_well_is_named(string harm, string said)
    {
        await using var host = await OpenAsync(server);
        await host.TradeAsync(0, 90);
        await host.TestHost.RunAsync(harm);

        var outcome = await host.AdvanceAsync(Step, 90);

        Assert.Equal(said, await host.SampleAsync());
        Assert.StartsWith(
            said[..4] + " 2024-03-04T09:30:00Z: " + said[..4],
            ObservedHost.Gate(outcome, "observe/samples"),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_somebody_decided_to_keep_is_no_failure()
    {
        await using var host = await OpenAsync(server);
        await host.TradeAsync(0, 90);
        await host.TestHost.RunAsync(
            $"""
            UPDATE data_bars SET vol = 1 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 09:20Z';
            INSERT INTO dxy.run_conflict (run, ts_utc, class, resolution) VALUES ('{ObservedHost.Name}', '2024-03-04 09:20Z', 'different',
              'keep_target');
            """
        );

        await host.AdvanceAsync(Step, 90);
        Assert.Equal("PASS", await host.SampleAsync());
    }

    [Fact]
    public async Task A_pair_that_stays_away_is_named_and_its_minutes_are_not_healthy()
    {
        await using var host = await OpenAsync(server);
        await host.TradeAsync(0, 80);
        await host.TestHost.StoreAsync(
            Enumerable.Range(80, 10).SelectMany(minute => TestHost.AllSix(minute)).Where(bar => bar.Symbol.Name != "USDSEK")
        );
        await host.TestHost.AtAsync(TestHost.Minute(90));
        await host.TestHost.DrainAsync();

        var outcome = await host.AdvanceAsync(Step, 90);

        Assert.Equal("WARN coverage freshness", await host.SampleAsync());
        Assert.Contains("without USDSEK", ObservedHost.Gate(outcome, "observe/samples"), StringComparison.Ordinal);
        Assert.Equal("FAIL 0", ObservedHost.Gate(outcome, "observe/healthy"));
    }

    [Fact]
    public async Task Minutes_in_which_the_calendar_expects_no_bar_are_not_missed_and_not_healthy_either()
    {
        await using var host = await OpenAsync(server);
        await host.TradeAsync(0, 80);
        await host.TestHost.RunAsync(
            "INSERT INTO dxy.calendar (from_ts, to_ts, kind) VALUES ('2024-03-04 09:20Z', '2024-03-04 12:00Z', 'thin')"
        );
        await host.TestHost.AtAsync(TestHost.Minute(90));

        var outcome = await host.AdvanceAsync(Step, 90);

        Assert.Equal("PASS", await host.SampleAsync());
        Assert.Equal("FAIL 0", ObservedHost.Gate(outcome, "observe/healthy"));
    }

    [Fact]
    public async Task After_the_whole_cluster_was_down_it_goes_on_where_it_was_and_the_minutes_between_have_no_sample()
    {
        await using var host = await OpenAsync(server);
        await host.TradeAsync(0, 90);
        await host.AdvanceAsync(Step, 90);
        await host.TradeAsync(90, 30);
        var outcome = await host.AdvanceAsync(Step, 120);

        Assert.Equal(2, await host.TestHost.CountAsync("dxy.run_sample"));
        Assert.Equal("FAIL 0.50 hours, since 2024-03-04T09:30:00Z", ObservedHost.Gate(outcome, "observe/wall"));
        Assert.Equal("FAIL 2; 29 minutes have no sample and don't count", ObservedHost.Gate(outcome, "observe/healthy"));
    }

    [Fact]
    public async Task A_failure_that_lasts_begins_it_again_and_says_what_failed_and_a_changed_bound_is_counted_anew()
    {
        await using var host = await OpenAsync(server);
        await host.TradeAsync(0, 90);
        await host.AdvanceAsync(Step, 90);
        await host.TestHost.RunAsync("UPDATE data_bars SET vol = 1 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 09:20Z'");
        for (var minute = 91; minute <= 96; minute++)
        {
            await host.TradeAsync(minute - 1, 1);
            await host.AdvanceAsync(Step, minute);
        }

        await host.TestHost.RunAsync("UPDATE data_bars SET vol = 0 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 09:20Z'");
        await host.TradeAsync(96, 1);
        var outcome = await host.AdvanceAsync(Step, 97);
        var wall = ObservedHost.Gate(outcome, "observe/wall");
        Assert.StartsWith(
            "FAIL 0.00 hours, since 2024-03-04T09:37:00Z; begun again 1 times, the last failure 2024-03-04T09:36:00Z: FAIL parity DXY",
            wall,
            StringComparison.Ordinal
        );

        await host.TestHost.RunAsync($"SELECT dxy.migrate_set('{ObservedHost.Name}', '{{\"fail_minutes\": 10}}')");
        await host.TradeAsync(97, 1);
        outcome = await host.AdvanceAsync(Step, 98);
        Assert.StartsWith(
            "FAIL 0.13 hours, since 2024-03-04T09:30:00Z",
            ObservedHost.Gate(outcome, "observe/wall"),
            StringComparison.Ordinal
        );
        Assert.Equal("FAIL 3", ObservedHost.Gate(outcome, "observe/healthy"));
    }

    [Theory]
    [InlineData("2024-03-08T22:00:30Z")]
    [InlineData("2024-03-10T20:59:30Z")]
    [InlineData("2024-03-10T21:02:30Z")]
    public async Task Over_a_weekend_and_a_clock_change_nothing_is_stale(string now)
    {
        await using var host = await OpenAsync(server);
        var last = (int)(UtcTime.At(2024, 3, 8, 22) - TestHost.Open).TotalMinutes;
        await host.TradeAsync(last - 90, 90);
        await host.TestHost.AtAsync(UtcTime.Parse(now));

        await host.AdvanceAsync(Step);
        Assert.StartsWith("PASS", await host.SampleAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_day_of_samples_reaches_the_window_and_no_minute_warns()
    {
        await using var host = await OpenAsync(server);
        await host.TradeAsync(0, 60);
        await host.TradeAheadAsync(60, 1441);
        StepOutcome? outcome = null;
        var took = TimeSpan.Zero;
        for (var minute = 60; minute <= 1500; minute++)
        {
            Assert.False(outcome is StepOutcome.More or StepOutcome.Done, $"reached before minute {minute}");
            await host.ArriveAsync(minute - 1);
            var start = Stopwatch.GetTimestamp();
            outcome = await host.AdvanceAsync(Step, minute);
            took += Stopwatch.GetElapsedTime(start);
        }

        Assert.Equal(
            ["PASS 1441"],
            await host.TestHost.TextsAsync("SELECT verdict || ' ' || count(*) FROM dxy.run_sample GROUP BY verdict")
        );
        while (outcome is StepOutcome.More)
        {
            outcome = await host.AdvanceAsync(Step);
        }

        Assert.IsType<StepOutcome.Done>(outcome);
        Assert.Equal("PASS 1441", ObservedHost.Gate(outcome, "observe/healthy"));
        Assert.Equal(
            "PASS 1500 compared: 0 missing, 0 extra, 0 different, 0 explained",
            ObservedHost.Gate(outcome, "observe/verification")
        );
        TestContext.Current.SendDiagnosticMessage($"1,441 samples took {took}");
    }
}
