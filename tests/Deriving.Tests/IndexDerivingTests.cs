using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

public sealed class IndexDerivingTests(TestServer server)
{
    static readonly Series Dxy = Series.Parse("DXY/1m");

    static Task<List<string>> IndexAsync(TestHost host, string table = "data_bars") =>
        host.TextsAsync(
            $"SELECT to_char(ts_utc AT TIME ZONE 'UTC', 'HH24:MI') || ' v' || (raw->>'version') FROM {table} WHERE canonical_symbol = 'DXY' AND timeframe = '1m' ORDER BY ts_utc"
        );

    static Task UseVersionAsync(TestHost host, int version) =>
        host.RunAsync(
            $"UPDATE core_asset_registry_all SET metadata = metadata || '{{\"deriving_version\": {version}}}' WHERE canonical_symbol = 'DXY'"
        );

    [Fact]
    public async Task Strictly_a_minute_with_all_six_closes_gives_a_bar_and_one_with_five_gives_none()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.AllSix(0).Concat(TestHost.AllSix(1).Skip(1)).Concat(TestHost.AllSix(2)));
        var outcomes = new List<SliceOutcome>();
        await new DueStore(host.Data).ExpandAsync(TestHost.Token);
        await (await host.DeriverAsync("DXY/1m")).DrainAsync(outcomes.Add, TestHost.Token);

        Assert.Equal(["08:00 v1", "08:02 v1"], await IndexAsync(host));
        var outcome = Assert.Single(outcomes);
        Assert.Equal((2, 0, 0), (outcome.New, outcome.Changed, outcome.Equal));
        Assert.Equal("EURUSD", Assert.Single(outcome.Skipped).Missing.Name);
        Assert.Equal(TestHost.Minute(2), outcome.Newest!.Time);
    }

    [Fact]
    public async Task The_row_says_what_it_was_made_from()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.AllSix(0));
        await host.DrainAsync();
        Assert.Equal(
            """{"kind": "dxy", "inputs": {"EURUSD": 1.0843, "GBPUSD": 1.2654, "USDCAD": 1.3561, "USDCHF": 0.8843, "USDJPY": 150.12, "USDSEK": 10.3712}, "version": 1} synthetic false 0""",
            await host.ValueAsync<string>(
                "SELECT raw::text || ' ' || source || ' ' || is_partial || ' ' || trade_count FROM data_bars WHERE canonical_symbol = 'DXY' AND open = close AND high = low AND open = low AND vwap IS NULL"
            )
        );
    }

    [Fact]
    public async Task Under_version_two_closes_are_carried_no_further_than_the_maximum_age()
    {
        await using var host = await TestHost.OpenAsync(server);
        await UseVersionAsync(host, 2);
        await host.StoreAsync(TestHost.AllSix(0).Concat(Enumerable.Range(1, 8).Select(minute => TestHost.Fx("EURUSD", minute))));
        await host.DrainAsync();
        Assert.Equal(["08:00 v2", "08:01 v2", "08:02 v2", "08:03 v2", "08:04 v2", "08:05 v2"], await IndexAsync(host));
        Assert.Equal(
            "5 25",
            await host.ValueAsync<string>(
                $"SELECT (raw->'ages'->>'USDSEK') || ' ' || (raw->>'age_total') FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(5)}'"
            )
        );
    }

    [Fact]
    public async Task Under_version_two_a_minute_waits_for_its_end_and_the_grace()
    {
        await using var host = await TestHost.OpenAsync(server);
        await UseVersionAsync(host, 2);
        await host.StoreAsync(TestHost.AllSix(0));
        await host.AtAsync(TestHost.Minute(1));
        await host.DrainAsync();
        Assert.Empty(await IndexAsync(host));
        await host.AtAsync(TestHost.Minute(1) + TimeSpan.FromSeconds(1));
        await host.DrainAsync();
        Assert.Single(await IndexAsync(host));
    }

    [Fact]
    public async Task A_minute_that_has_not_ended_stays_due_until_it_has()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.AtAsync(TestHost.Minute(1) + TimeSpan.FromSeconds(59));
        await host.StoreAsync(TestHost.Minutes(0, 4));
        await host.DrainAsync();
        Assert.Equal(["08:00 v1"], await IndexAsync(host));
        Assert.Equal(
            TestHost.Minute(1),
            UtcTime.From(await host.ValueAsync<DateTime>("SELECT from_ts FROM dxy.due WHERE symbol = 'DXY' AND timeframe = '1m'"))
        );

        await host.AtAsync(TestHost.Minute(2));
        await host.DrainAsync();
        Assert.Equal(2, (await IndexAsync(host)).Count);
        await host.AtAsync(TestHost.Minute(300));
        await host.DrainAsync();
        Assert.Equal(4, (await IndexAsync(host)).Count);
        Assert.Equal(0, await host.CountAsync("dxy.due"));
    }

    [Fact]
    public async Task Partial_inputs_count_only_once_they_are_final()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.AllSix(0));
        await host.RunAsync("UPDATE data_bars SET is_partial = true WHERE canonical_symbol = 'GBPUSD'");
        await host.DrainAsync();
        Assert.Empty(await IndexAsync(host));
        await host.RunAsync("UPDATE data_bars SET is_partial = false");
        await host.DrainAsync();
        Assert.Single(await IndexAsync(host));
    }

    [Fact]
    public async Task A_correction_derives_again_and_moves_nothing_else()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 60));
        await host.DrainAsync();
        var before = await host.TextsAsync(
            "SELECT ts_utc || ' ' || close || ' ' || updated_at FROM data_bars WHERE canonical_symbol = 'DXY' ORDER BY ts_utc"
        );
        await host.AtAsync(TestHost.Open + TimeSpan.FromDays(60));
        await host.StoreAsync(TestHost.Fx("EURUSD", 7, 1.2m));
        await host.DrainAsync();

        var after = await host.TextsAsync(
            "SELECT ts_utc || ' ' || close || ' ' || updated_at FROM data_bars WHERE canonical_symbol = 'DXY' ORDER BY ts_utc"
        );
        Assert.Equal([7], Enumerable.Range(0, 60).Where(i => before[i] != after[i]));
        Assert.Equal(
            1,
            await host.ValueAsync<long>(
                "SELECT count(*) FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '5m' AND updated_at > created_at"
            )
        );
    }

    [Fact]
    public async Task Vanished_inputs_leave_the_row_and_only_pruning_removes_it()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 3));
        await host.DrainAsync();
        await host.RunAsync("DELETE FROM data_bars WHERE canonical_symbol = 'USDCHF' AND ts_utc = '2024-03-04 08:01Z'");
        await host.DrainAsync();
        Assert.Equal(3, (await IndexAsync(host)).Count);
        await host.AskAsync("DXY/1m", 0, 3, prune: true);
        await host.DrainAsync();
        Assert.Equal(["08:00 v1", "08:02 v1"], await IndexAsync(host));
    }

    [Fact]
    public async Task Changing_the_index_version_leaves_stored_rows_their_own_and_a_request_derives_by_another()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.AllSix(0).Concat(TestHost.AllSix(1).Skip(1)).Concat(TestHost.AllSix(2)));
        await host.DrainAsync();
        await UseVersionAsync(host, 2);
        await host.StoreAsync(TestHost.Fx("USDJPY", 0, 151m));
        await host.DrainAsync();
        Assert.Equal(["08:00 v1", "08:01 v2", "08:02 v1"], await IndexAsync(host));

        await host.AskAsync("DXY/1m", 0, 3, DerivingRules.LatestClose);
        await host.DrainAsync();
        Assert.Equal(["08:00 v2", "08:01 v2", "08:02 v2"], await IndexAsync(host));

        await UseVersionAsync(host, 1);
        await host.StoreAsync(TestHost.Fx("EURUSD", 0, 1.2m));
        await host.DrainAsync();
        Assert.Equal(["08:00 v2", "08:01 v2", "08:02 v2"], await IndexAsync(host));
        Assert.Equal(
            "1.2",
            await host.ValueAsync<string>(
                $"SELECT raw->'inputs'->>'EURUSD' FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(1)}'"
            )
        );
        Assert.Empty(
            (
                await new TargetVerifier(host.Data, await host.RuleAsync("DXY/1m")).CompareAsync(
                    new TimeRange(TestHost.Minute(0), TestHost.Minute(9)),
                    false,
                    TestHost.Token
                )
            ).Differences
        );
    }

    [Fact]
    public async Task A_legacy_rows_version_is_kept_too()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("SELECT dxy.flip_route('DXY', 'legacy')");
        await host.StoreAsync(TestHost.AllSix(0));
        await host.DrainAsync();
        await UseVersionAsync(host, 2);
        await host.StoreAsync(TestHost.Fx("USDJPY", 0, 151m));
        await host.DrainAsync();
        Assert.Equal(["08:00 v1"], await IndexAsync(host, "derived_data_bars"));
        Assert.Equal(
            "151",
            await host.ValueAsync<string>(
                "SELECT raw->'inputs'->>'USDJPY' FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'"
            )
        );
    }
}
