using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

public sealed class ExpandTests(TestServer server)
{
    const string Due = """
        SELECT symbol || '/' || timeframe || to_char(from_ts AT TIME ZONE 'UTC', ' HH24:MI') || to_char(to_ts AT TIME ZONE 'UTC',
          ' HH24:MI') || ' ' || cause
        FROM dxy.due ORDER BY symbol, timeframe, from_ts, to_ts
        """;

    static async Task<List<string>> ExpandAsync(TestHost host)
    {
        while (await new DueStore(host.Data).ExpandAsync(TestHost.Token) > 0) { }

        return await host.TextsAsync(Due);
    }

    [Fact]
    public async Task A_pairs_minute_makes_its_index_minute_and_its_own_rollups_due()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Fx("EURUSD", 7));
        Assert.Equal(
            ["DXY/1m 08:07 08:08 change", "EURUSD/1h 08:00 09:00 change", "EURUSD/5m 08:05 08:10 change"],
            await ExpandAsync(host)
        );
    }

    [Fact]
    public async Task An_index_minute_makes_its_rollups_due_in_either_table()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(Row("data_bars", "08:07"));
        Assert.Equal(["DXY/1h 08:00 09:00 change", "DXY/5m 08:05 08:10 change"], await ExpandAsync(host));
        await host.RunAsync("DELETE FROM dxy.due");
        await host.RunAsync(Row("derived_data_bars", "10:00"));
        Assert.Equal(["DXY/1h 10:00 11:00 change", "DXY/5m 10:00 10:05 change"], await ExpandAsync(host));

        static string Row(string table, string time) =>
            $"INSERT INTO public.{table} (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '1m', "
            + $"'2024-03-04 {time}Z', 104, 104, 104, 104, 'synthetic')";
    }

    [Fact]
    public async Task Ranges_that_touch_are_one_and_those_apart_stay_apart()
    {
        await using var host = await TestHost.OpenAsync(server);
        foreach (var minute in new[] { 0, 1, 2, 30, 31 })
        {
            await host.StoreAsync(TestHost.Fx("EURUSD", minute));
        }

        await host.StoreAsync(TestHost.Fx("GBPUSD", 3));
        Assert.Equal(
            ["DXY/1m 08:00 08:04 change", "DXY/1m 08:30 08:32 change"],
            (await ExpandAsync(host)).Where(row => row.StartsWith("DXY/1m", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task Under_version_two_the_minutes_that_may_carry_the_close_forward_are_due_too()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            "UPDATE core_asset_registry_all SET metadata = metadata || '{\"deriving_version\": 2, \"max_age_minutes\": 3}' WHERE "
                + "canonical_symbol = 'DXY'"
        );
        await host.StoreAsync(TestHost.Fx("USDSEK", 7));
        Assert.Contains("DXY/1m 08:07 08:11 change", await ExpandAsync(host));
    }

    [Fact]
    public async Task Where_stored_bars_were_carried_forward_they_are_due_whatever_the_index_says_now()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.AllSix(0).Concat(TestHost.AllSix(1).Where(bar => bar.Symbol.Name != "USDSEK")));
        await new DueStore(host.Data).RequestAsync(
            Core.Bars.Series.Parse("DXY/1m"),
            new TimeRange(TestHost.Minute(0), TestHost.Minute(2)),
            "request",
            Core.Indexes.DerivingRules.LatestClose,
            false,
            TestHost.Token
        );
        await host.DrainAsync();
        await host.StoreAsync(TestHost.Fx("USDSEK", 0, 11m));
        Assert.Contains("DXY/1m 08:00 08:06 change", await ExpandAsync(host));
    }

    [Fact]
    public async Task Symbols_nobody_depends_on_are_forgotten()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            "INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('XAUUSD', '1m', "
                + "'2024-03-04 08:00Z', 1, 1, 1, 1, 'ingest')"
        );
        Assert.Empty(await ExpandAsync(host));
        Assert.Equal(0, await host.CountAsync("dxy.change"));
    }

    [Theory]
    [InlineData("infinity")]
    [InlineData("-infinity")]
    [InlineData("294276-12-31 23:59Z")]
    [InlineData("4713-01-01 00:00Z BC")]
    public async Task A_bar_of_no_time_that_can_be_derived_stops_nobody_and_makes_no_endless_work(string time)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT 'EURUSD', '1m', t, 1, 1, 1, 1, 'ingest' FROM unnest('{Brace(time)}'::timestamptz[]) AS t
            """
        );
        await host.RunAsync("SELECT dxy.adopt_targets()");
        await ExpandAsync(host);
        Assert.Equal(0, await host.CountAsync("dxy.change"));
        Assert.True(
            await host.ValueAsync<bool>(
                $"SELECT bool_or(from_ts <= '{TestHost.Minute(7)}' AND to_ts > '{TestHost.Minute(7)}') FROM dxy.due "
                    + "WHERE symbol = 'DXY' AND timeframe = '1m'"
            )
        );
        Assert.Equal(0, await host.CountAsync("dxy.due WHERE from_ts < '1969-12-31Z' OR to_ts > dxy.now() + interval '8786 hours'"));
        await new DueStore(host.Data).RequestAsync(
            Series.Parse("EURUSD/5m"),
            new TimeRange(UtcTime.At(2000, 1, 1), UtcTime.At(2030, 1, 1)),
            "request",
            null,
            prune: false,
            TestHost.Token
        );
        await new Sweeper(host.Data, await host.RuleAsync("EURUSD/5m")).SweepAsync(TestHost.Token);
        Assert.Equal(0, await host.CountAsync("dxy.sweep_position WHERE swept_to < '1970-01-01Z'"));
        await host.RunAsync(
            $"DELETE FROM dxy.due; DELETE FROM data_bars WHERE ts_utc = '{TestHost.Minute(7)}'; DELETE FROM dxy.change; UPDATE data_bars "
                + $"SET vol = 5"
        );
        Assert.Empty(await ExpandAsync(host));
        Assert.Equal(0, await host.CountAsync("dxy.change"));

        static string Brace(string time) => $$"""{"{{time}}","{{TestHost.Minute(7)}}"}""";
    }

    [Theory]
    [InlineData("{\"is_synthetic\": \"maybe\", \"components\": [\"EURUSD\"]}")]
    [InlineData("{\"is_synthetic\": true, \"components\": \"EURUSD\", \"derived_timeframes\": \"5m\"}")]
    [InlineData("{\"is_synthetic\": true, \"components\": [null], \"deriving_version\": \"two\", \"max_age_minutes\": \"x\"}")]
    [InlineData("[1, 2]")]
    [InlineData("{\"derived_timeframes\": [\"1m\", \"7m\", 5, null]}")]
    public async Task A_registry_row_that_makes_no_sense_stops_nobody(string metadata)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync($"INSERT INTO core_asset_registry_all (canonical_symbol, active, metadata) VALUES ('BAD', true, '{metadata}')");
        await host.StoreAsync(TestHost.Fx("EURUSD", 7));
        Assert.Equal(3, (await ExpandAsync(host)).Count);
        await host.RunAsync("SELECT dxy.adopt_targets()");
    }

    [Fact]
    public async Task Many_readers_at_once_lose_nothing_and_take_nothing_twice()
    {
        await using var host = await TestHost.OpenAsync(server);
        foreach (var minute in Enumerable.Range(0, 300))
        {
            await host.RunAsync(
                $"INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', "
                    + $"'{TestHost.Minute(minute * 2)}', 1, 1, 1, 1, 'ingest')"
            );
        }

        var taken = 0;
        await Parallel.ForAsync(0, 8, TestHost.Token, async (_, token) =>
        {
            await using var expand = host.Data.CreateCommand("SELECT dxy.expand_changes(7)");
            while (await expand.ExecuteScalarAsync(token) is int count and > 0)
            {
                Interlocked.Add(ref taken, count);
            }
        });

        while (await new DueStore(host.Data).ExpandAsync(TestHost.Token) is > 0 and var rest)
        {
            taken += rest;
        }

        Assert.Equal(300, taken);
        Assert.Equal(
            300,
            await host.ValueAsync<long>("SELECT count(DISTINCT from_ts) FROM dxy.due WHERE symbol = 'DXY' AND timeframe = '1m'")
        );
        Assert.Equal(300, await host.ValueAsync<long>("SELECT count(*) FROM dxy.due WHERE symbol = 'DXY' AND timeframe = '1m'"));
    }
}
