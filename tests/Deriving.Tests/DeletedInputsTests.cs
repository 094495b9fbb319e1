using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>A deletion within the correction window is a correction, once a minute has gone by without its bars coming back; an older one
/// is retention.</summary>
public sealed class DeletedInputsTests(TestServer server)
{
    const string Third = "DELETE FROM data_bars WHERE canonical_symbol = 'EURUSD' AND timeframe = '1m' AND ts_utc = '2024-03-04 08:02Z'";

    /// <summary>When the deletion comes: a day after its bars.</summary>
    static readonly UtcTime Deleted = TestHost.Open + TimeSpan.FromDays(1);

    static readonly UtcTime Waiting = Deleted + TimeSpan.FromSeconds(59);

    static readonly UtcTime Over = Deleted + TimeSpan.FromSeconds(60);

    /// <summary>Everything derived with its place in the table: a row written anew, if only for a moment, has another.</summary>
    const string Places = """
        SELECT concat_ws(' ', canonical_symbol, timeframe, ts_utc AT TIME ZONE 'UTC', close, xmin, tableoid, ctid) FROM data_bars
          WHERE canonical_symbol = 'DXY'
        UNION ALL SELECT concat_ws(' ', canonical_symbol, timeframe, ts_utc AT TIME ZONE 'UTC', close, deleted_at, xmin, tableoid, ctid)
          FROM derived_data_bars ORDER BY 1
        """;

    static async Task<TestHost> HostAsync(TestServer server, int minutes = 10)
    {
        var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, minutes));
        await host.DrainAsync();
        return host;
    }

    static async Task ThenAsync(TestHost host, UtcTime at, string sql = "")
    {
        await host.AtAsync(at);
        await host.RunAsync(sql.Length == 0 ? "SELECT" : sql);
        await host.DrainAsync();
    }

    /// <summary>The index's minutes, and of how many minutes each active rollup is made.</summary>
    static async Task<string> MadeAsync(TestHost host, string symbol) =>
        $"{await host.ValueAsync<string>("SELECT string_agg(to_char(ts_utc AT TIME ZONE 'UTC', 'MI'), ' ' ORDER BY ts_utc) FROM data_bars WHERE canonical_symbol = 'DXY'")} | "
        + await host.ValueAsync<string>(
            $"SELECT string_agg(timeframe || ' ' || (raw->>'inputs'), ', ' ORDER BY timeframe, ts_utc) FROM derived_data_bars WHERE "
                + $"canonical_symbol = '{symbol}' AND deleted_at IS NULL"
        );

    // What we retired is a deletion too, at which its rollups look a minute later: nothing comes of that.
    static async Task EqualAsync(TestHost host)
    {
        var before = await host.TextsAsync(Places);
        await host.RunAsync("UPDATE dxy.clock SET anchor_market = anchor_market + interval '2 minutes'");
        await host.DrainAsync();
        Assert.Equal(before, await host.TextsAsync(Places));
        var range = new TimeRange(TestHost.Open - TimeSpan.FromDays(1), TestHost.Open + TimeSpan.FromDays(1));
        foreach (var target in (string[])["DXY/1m", "DXY/5m", "DXY/1h", "EURUSD/5m", "EURUSD/1h", "USDJPY/5m"])
        {
            Assert.Empty(
                (await new TargetVerifier(host.Data, await host.RuleAsync(target)).CompareAsync(range, false, TestHost.Token)).Differences
            );
        }

        Assert.Equal(0, await host.CountAsync("dxy.due"));
    }

    [Fact]
    public async Task A_minute_after_an_index_minute_is_retired_and_remembered_and_rollups_are_made_of_the_rest()
    {
        await using var host = await HostAsync(server);
        var before = await host.TextsAsync(Places);
        await ThenAsync(host, Deleted, Third);
        await ThenAsync(host, Waiting);
        Assert.Equal(before, await host.TextsAsync(Places));
        Assert.Equal(["gone"], await host.TextsAsync("SELECT DISTINCT cause FROM dxy.due"));

        await ThenAsync(host, Over);
        Assert.Equal("00 01 03 04 05 06 07 08 09 | 1h 9, 5m 4, 5m 5", await MadeAsync(host, "DXY"));
        Assert.Equal("00 01 03 04 05 06 07 08 09 | 1h 9, 5m 4, 5m 5", await MadeAsync(host, "EURUSD"));
        Assert.Equal("00 01 03 04 05 06 07 08 09 | 1h 10, 5m 5, 5m 5", await MadeAsync(host, "USDJPY"));
        Assert.Equal(
            ["02"],
            await host.TextsAsync(
                "SELECT to_char(ts_utc AT TIME ZONE 'UTC', 'MI') FROM dxy.correction WHERE canonical_symbol = 'DXY' AND deleted AND "
                    + "close IS NOT NULL"
            )
        );
        await EqualAsync(host);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_loaded_anew_by_delete_and_insert_makes_no_flicker(bool inOneTransaction)
    {
        await using var host = await HostAsync(server);
        var before = await host.TextsAsync(Places);
        const string Delete = "DELETE FROM data_bars WHERE canonical_symbol <> 'DXY'";
        const string Insert = "INSERT INTO data_bars SELECT * FROM kept";
        await host.RunAsync("CREATE TABLE kept AS SELECT * FROM data_bars WHERE canonical_symbol <> 'DXY'");
        if (inOneTransaction)
        {
            await ThenAsync(host, Deleted, $"BEGIN; {Delete}; {Insert}; COMMIT");
        }
        else
        {
            await ThenAsync(host, Deleted, Delete);
            await ThenAsync(host, Waiting, Insert);
        }

        Assert.Equal(before, await host.TextsAsync(Places));
        await EqualAsync(host);
    }

    [Fact]
    public async Task What_comes_back_otherwise_is_derived_at_once_and_what_stays_away_a_minute_after()
    {
        await using var host = await HostAsync(server);
        await ThenAsync(host, Deleted, "DELETE FROM data_bars WHERE canonical_symbol = 'EURUSD'");
        Assert.Equal("00 01 02 03 04 05 06 07 08 09 | 1h 10, 5m 5, 5m 5", await MadeAsync(host, "DXY"));
        await host.AtAsync(Waiting);
        await host.StoreAsync(Enumerable.Range(0, 8).Select(minute => TestHost.Fx("EURUSD", minute, 1.2m)));
        await host.DrainAsync();
        Assert.Equal(8, await host.CountAsync("data_bars WHERE canonical_symbol = 'DXY' AND (raw->'inputs'->>'EURUSD')::numeric = 1.2"));
        Assert.Equal("00 01 02 03 04 05 06 07 08 09", (await MadeAsync(host, "DXY")).Split(" |")[0]);
        await ThenAsync(host, Over);
        Assert.Equal("00 01 02 03 04 05 06 07 | 1h 8, 5m 5, 5m 3", await MadeAsync(host, "DXY"));
        await EqualAsync(host);
    }

    [Fact]
    public async Task A_neighbour_that_is_corrected_meanwhile_waits_with_it_in_a_rollup_and_in_an_index_not()
    {
        await using var host = await HostAsync(server);
        await ThenAsync(
            host,
            Deleted,
            Third
                + "; UPDATE data_bars SET open = 1.2, high = 1.2, low = 1.2, close = 1.2 WHERE canonical_symbol = 'EURUSD' AND ts_utc = "
                + "'2024-03-04 08:03Z'"
        );
        Assert.Equal(
            ["03"],
            await host.TextsAsync(
                "SELECT to_char(ts_utc AT TIME ZONE 'UTC', 'MI') FROM data_bars WHERE canonical_symbol = 'DXY' AND "
                    + "(raw->'inputs'->>'EURUSD')::numeric = 1.2"
            )
        );
        await ThenAsync(host, Waiting);
        Assert.Equal("00 01 02 03 04 05 06 07 08 09 | 1h 10, 5m 5, 5m 5", await MadeAsync(host, "EURUSD"));
        await ThenAsync(host, Over);
        Assert.Equal("00 01 03 04 05 06 07 08 09 | 1h 9, 5m 4, 5m 5", await MadeAsync(host, "EURUSD"));
        await EqualAsync(host);
    }

    [Fact]
    public async Task A_bar_moved_to_another_time_is_gone_where_it_was()
    {
        await using var host = await HostAsync(server);
        await ThenAsync(
            host,
            Deleted,
            "UPDATE data_bars SET ts_utc = '2024-03-04 08:10Z' WHERE canonical_symbol = 'EURUSD' AND ts_utc = '2024-03-04 08:02Z'"
        );
        await ThenAsync(host, Over);
        Assert.Equal("00 01 03 04 05 06 07 08 09 | 1h 10, 5m 4, 5m 5, 5m 1", await MadeAsync(host, "EURUSD"));
        await EqualAsync(host);
    }

    [Theory]
    [InlineData("canonical_symbol <> 'DXY' AND ts_utc < '2024-03-04 08:05Z'", "05 06 07 08 09 | 1h 5, 5m 5")]
    [InlineData("canonical_symbol <> 'DXY'", " | ")]
    [InlineData("true", " | ")]
    public async Task Where_nothing_is_left_the_rollup_goes_too(string what, string left)
    {
        await using var host = await HostAsync(server);
        await ThenAsync(host, Deleted, "DELETE FROM data_bars WHERE " + what);
        await ThenAsync(host, Over);
        Assert.Equal(left, await MadeAsync(host, "DXY"));
        Assert.Equal(left, await MadeAsync(host, "EURUSD"));
        await EqualAsync(host);
        await host.StoreAsync(TestHost.Minutes(0, 10));
        await host.DrainAsync();
        Assert.Equal("00 01 02 03 04 05 06 07 08 09 | 1h 10, 5m 5, 5m 5", await MadeAsync(host, "DXY"));
        await EqualAsync(host);
    }

    [Fact]
    public async Task Of_a_final_bar_made_partial_again_nothing_is_derived_any_more_however_old_it_is()
    {
        await using var host = await HostAsync(server);
        await ThenAsync(
            host,
            TestHost.Open + TimeSpan.FromDays(30),
            "UPDATE data_bars SET is_partial = true WHERE canonical_symbol = 'EURUSD' AND ts_utc = '2024-03-04 08:02Z'"
        );
        Assert.Equal("00 01 03 04 05 06 07 08 09 | 1h 9, 5m 4, 5m 5", await MadeAsync(host, "DXY"));
        Assert.Equal("00 01 03 04 05 06 07 08 09 | 1h 9, 5m 4, 5m 5", await MadeAsync(host, "EURUSD"));
        await EqualAsync(host);
        await host.RunAsync("UPDATE data_bars SET is_partial = false WHERE canonical_symbol = 'EURUSD'");
        await host.DrainAsync();
        Assert.Equal("00 01 02 03 04 05 06 07 08 09 | 1h 10, 5m 5, 5m 5", await MadeAsync(host, "DXY"));
        await EqualAsync(host);
    }

    [Fact]
    public async Task Of_one_statement_what_is_older_than_the_window_is_retention_and_the_rest_a_correction()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync([.. TestHost.Minutes(-1440 * 3, 5), .. TestHost.Minutes(0, 5)]);
        await host.DrainAsync();
        var deleted = TestHost.Open + TimeSpan.FromDays(6);
        await ThenAsync(host, deleted, "DELETE FROM data_bars WHERE canonical_symbol = 'EURUSD'");
        await ThenAsync(host, deleted + TimeSpan.FromSeconds(60));
        Assert.Equal(
            ["2024-03-01"],
            await host.TextsAsync("SELECT DISTINCT to_char(ts_utc, 'YYYY-MM-DD') FROM data_bars WHERE canonical_symbol = 'DXY'")
        );
        Assert.Equal(
            ["2024-03-01"],
            await host.TextsAsync(
                "SELECT DISTINCT to_char(ts_utc, 'YYYY-MM-DD') FROM derived_data_bars WHERE canonical_symbol IN ('DXY', 'EURUSD') AND "
                    + "deleted_at IS NULL"
            )
        );
        await ThenAsync(host, deleted + TimeSpan.FromMinutes(3));
        Assert.Equal(0, await host.CountAsync("dxy.due"));
    }

    [Theory]
    [InlineData("DELETE FROM data_bars WHERE canonical_symbol <> 'DXY'", 8)]
    [InlineData("TRUNCATE data_bars_2024_03", 1)]
    [InlineData("ALTER TABLE data_bars DETACH PARTITION data_bars_2024_03", 1)]
    [InlineData("DROP TABLE data_bars_2024_03", 1)]
    public async Task Retention_changes_nothing(string how, int daysAfter)
    {
        await using var host = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        await host.StoreAsync(TestHost.Minutes(0, 10));
        await host.DrainAsync();
        const string Rollups =
            "SELECT concat_ws(' ', canonical_symbol, timeframe, ts_utc, close, deleted_at, xmin, ctid) FROM derived_data_bars ORDER BY 1";
        var before = await host.TextsAsync(Rollups);
        var at = TestHost.Open + TimeSpan.FromDays(daysAfter);
        await ThenAsync(host, at, how);
        await ThenAsync(host, at + TimeSpan.FromMinutes(2));
        await ThenAsync(host, at + TimeSpan.FromDays(2));
        Assert.Equal(before, await host.TextsAsync(Rollups));
        Assert.Equal(daysAfter == 8 ? 10 : 0, await host.CountAsync("data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(0, await host.CountAsync("dxy.due"));
    }

    [Theory]
    [InlineData("both")]
    [InlineData("both_read_new")]
    [InlineData("legacy")]
    public async Task On_each_route_the_minute_goes_from_every_table_that_is_written(string mode)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync($"SELECT dxy.flip_route('DXY', '{mode}')");
        await host.StoreAsync(TestHost.Minutes(0, 5));
        await host.DrainAsync();
        await ThenAsync(host, Deleted, Third);
        await ThenAsync(host, Over);
        Assert.Equal(mode == "legacy" ? 0 : 4, await host.CountAsync("data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(
            4,
            await host.CountAsync("derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND deleted_at IS NULL")
        );
        Assert.Equal(
            "4",
            await host.ValueAsync<string>(
                "SELECT raw->>'inputs' FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '5m' AND deleted_at IS NULL"
            )
        );
        await EqualAsync(host);

        // It comes back when its input does: we retired it, nobody else.
        await host.StoreAsync(TestHost.Fx("EURUSD", 2));
        await host.DrainAsync();
        Assert.Equal(
            5,
            await host.CountAsync("derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND deleted_at IS NULL")
        );
        await EqualAsync(host);
    }

    [Fact]
    public async Task Where_closes_are_carried_the_minute_is_made_anew_of_the_close_before_and_the_ones_after_it_too()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 5));
        await host.AskAsync("DXY/1m", 0, 5, Core.Indexes.DerivingRules.LatestClose);
        await host.DrainAsync();
        await ThenAsync(host, Deleted, Third);
        await ThenAsync(host, Over);
        Assert.Equal("00 01 02 03 04 | 1h 5, 5m 5", await MadeAsync(host, "DXY"));
        Assert.Equal(
            "1",
            await host.ValueAsync<string>(
                "SELECT raw->'ages'->>'EURUSD' FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 08:02Z'"
            )
        );
        await EqualAsync(host);
    }

    [Fact]
    public async Task What_the_host_softly_deleted_stays_deleted_through_sweep_and_deriver()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("SELECT dxy.flip_route('DXY', 'legacy')");
        await host.StoreAsync(TestHost.Minutes(0, 10));
        await host.DrainAsync();
        await ThenAsync(
            host,
            Deleted,
            "UPDATE derived_data_bars SET deleted_at = now() WHERE ts_utc = '2024-03-04 08:05Z' AND (canonical_symbol, timeframe) IN "
                + "(('EURUSD', '5m'), ('DXY', '1m'))"
        );
        await ThenAsync(host, Over);
        const string Active =
            "SELECT canonical_symbol || '/' || timeframe || ' ' || (raw->>'inputs') FROM derived_data_bars WHERE deleted_at IS NULL AND "
            + "canonical_symbol IN ('DXY', 'EURUSD') AND timeframe <> '1m' ORDER BY 1, ts_utc";
        string[] expected = ["DXY/1h 9", "DXY/5m 4", "DXY/5m 5", "EURUSD/1h 10", "EURUSD/5m 5"];
        Assert.Equal(expected, await host.TextsAsync(Active));

        foreach (var target in (string[])["DXY/1m", "DXY/5m", "EURUSD/5m"])
        {
            Assert.Empty(
                (
                    await new TargetVerifier(host.Data, await host.RuleAsync(target)).CompareAsync(
                        new TimeRange(TestHost.Open, TestHost.Minute(10)),
                        onlyUnrecorded: true,
                        TestHost.Token
                    )
                ).Differences
            );
            await host.AskAsync(target, 0, 10);
            await host.AskAsync(target, 0, 10, prune: true);
        }

        await host.DrainAsync();
        await host.StoreAsync(Enumerable.Range(0, 10).Select(minute => TestHost.Fx("EURUSD", minute, 1.2m)));
        await host.DrainAsync();
        await ThenAsync(
            host,
            Over + TimeSpan.FromDays(1),
            "DELETE FROM data_bars WHERE canonical_symbol = 'EURUSD' AND ts_utc = '2024-03-04 08:07Z'"
        );
        await ThenAsync(host, Over + TimeSpan.FromDays(1) + TimeSpan.FromMinutes(1));
        expected = ["DXY/1h 8", "DXY/5m 3", "DXY/5m 5", "EURUSD/1h 9", "EURUSD/5m 5"];
        Assert.Equal(expected.Order(), (await host.TextsAsync(Active)).Order());
        Assert.Equal(
            8,
            await host.CountAsync("derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND deleted_at IS NULL")
        );
    }

    [Fact]
    public async Task What_the_host_softly_deletes_of_the_index_takes_its_rollups_along_a_minute_after()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("SELECT dxy.flip_route('DXY', 'legacy')");
        await host.StoreAsync(TestHost.Minutes(0, 5));
        await host.DrainAsync();
        await ThenAsync(
            host,
            Deleted,
            "UPDATE derived_data_bars SET deleted_at = now() WHERE timeframe = '1m' AND canonical_symbol = 'DXY' AND ts_utc < "
                + "'2024-03-04 08:02Z'"
        );
        await ThenAsync(host, Waiting);
        Assert.Equal(
            "5",
            await host.ValueAsync<string>(
                "SELECT raw->>'inputs' FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '5m'"
            )
        );
        await ThenAsync(host, Over);
        Assert.Equal(
            "3",
            await host.ValueAsync<string>(
                "SELECT raw->>'inputs' FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '5m'"
            )
        );
    }

    [Fact]
    public async Task The_window_is_a_setting()
    {
        await using var host = await HostAsync(server, 5);
        await host.RunAsync(Third);
        await host.AtAsync(Over);
        var registry = await new DxyOrleans.Schema.Registry.RegistryStore(host.Data).LoadAsync(TestHost.Token);
        foreach (var series in (string[])["DXY/1m", "EURUSD/5m"])
        {
            var rule = TargetRules.For(registry, Series.Parse(series), new DerivingOptions { CorrectionWindow = TimeSpan.FromHours(1) });
            await new Deriver(host.Data, rule!).DrainAsync(null, TestHost.Token);
        }

        Assert.Equal("00 01 02 03 04 | 1h 5, 5m 5", await MadeAsync(host, "EURUSD"));
        Assert.Equal(0, await host.CountAsync("dxy.due WHERE (symbol, timeframe) IN (('DXY', '1m'), ('EURUSD', '5m'))"));
    }

    [Fact]
    public async Task Two_deletions_a_while_apart_are_looked_at_a_minute_after_each()
    {
        await using var host = await HostAsync(server);
        await ThenAsync(host, Deleted, Third);
        await ThenAsync(host, Waiting, "DELETE FROM data_bars WHERE canonical_symbol = 'USDJPY' AND ts_utc = '2024-03-04 08:07Z'");
        await ThenAsync(host, Over);
        Assert.Equal("00 01 03 04 05 06 07 08 09", (await MadeAsync(host, "DXY")).Split(" |")[0]);
        await ThenAsync(host, Waiting + TimeSpan.FromMinutes(1));
        Assert.Equal("00 01 03 04 05 06 08 09 | 1h 8, 5m 4, 5m 4", await MadeAsync(host, "DXY"));
        await EqualAsync(host);
    }

    [Fact]
    public async Task A_long_stretch_deleted_and_kept_away_is_worked_off_in_slices()
    {
        await using var host = await HostAsync(server, 1000);
        await ThenAsync(host, Deleted, "DELETE FROM data_bars WHERE canonical_symbol = 'GBPUSD' AND ts_utc < '2024-03-04 16:00Z'");
        await ThenAsync(host, Over);
        Assert.Equal(1000 - 480, await host.CountAsync("data_bars WHERE canonical_symbol = 'DXY'"));
        await EqualAsync(host);
    }
}
