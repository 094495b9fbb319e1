using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Capture;

/// <summary>What a run asks of the writers stands on the tables while a run watches, and not a moment longer.</summary>
public sealed class TouchTests(TestServer server)
{
    const string Watch = "SELECT dxy.touch_on(); INSERT INTO dxy.watched (symbol, run, since) VALUES ('{0}', '{0}', dxy.now())";

    const string Triggers = "pg_trigger WHERE tgname LIKE 'dxy_capture_touch%'";

    [Fact]
    public async Task Where_nobody_migrates_no_writer_pays()
    {
        await using var host = await TestHost.OpenAsync(server);
        Assert.Equal(0, await host.CountAsync(Triggers));
        Assert.DoesNotContain(
            await host.TextsAsync(
                "SELECT prosrc FROM pg_proc WHERE pronamespace = 'dxy'::regnamespace AND proname IN ('capture_insert', 'capture_row')"
            ),
            body => body.Contains("watched", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Each_kind_of_statement_is_noted_once_with_its_range_and_writer()
    {
        await using var host = await TestHost.OpenAsync(server);
        await WatchAsync(host, "EURUSD");
        await host.RunAsync(
            """
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT s, '1m', timestamptz '2024-03-04 08:00Z' + m * interval '1 minute', 1, 1, 1, 1, 'ingest' FROM unnest(ARRAY['EURUSD',
              'USDJPY']) AS s, generate_series(0, 2) AS m;
            UPDATE data_bars SET close = close WHERE ts_utc >= '2024-03-04 08:01Z';
            SELECT set_config('dxy.writer', 'move', false);
            DELETE FROM data_bars WHERE canonical_symbol = 'EURUSD' AND ts_utc = '2024-03-04 08:02Z';
            SELECT set_config('dxy.writer', '', false);
            DELETE FROM data_bars WHERE ts_utc < '2024-03-04 08:02Z'
            """
        );
        Assert.Equal(
            [
                "data_bars EURUSD insert 08:00 08:02 3 false",
                "data_bars EURUSD update 08:01 08:02 2 false",
                "data_bars EURUSD delete 08:02 08:02 1 true",
                "data_bars EURUSD delete 08:00 08:01 2 false",
            ],
            await NotedAsync(host)
        );
    }

    [Fact]
    public async Task A_writer_that_fires_no_statements_trigger_is_noted_row_by_row()
    {
        await using var host = await TestHost.OpenAsync(server);
        await WatchAsync(host, "EURUSD");
        await using var replica = host.Database.Admin.CreateCommand(
            """
            BEGIN; SET LOCAL session_replication_role = replica;
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            VALUES ('EURUSD', '1m', '2024-03-04 08:00Z', 1, 1, 1, 1, 'ingest'), ('EURUSD', '1m', '2024-03-04 08:01Z', 1, 1, 1, 1, 'ingest');
            COMMIT
            """
        );
        await replica.ExecuteNonQueryAsync(TestHost.Token);
        Assert.Equal(
            ["data_bars EURUSD insert 08:00 08:00 1 false", "data_bars EURUSD insert 08:01 08:01 1 false"],
            await NotedAsync(host)
        );
    }

    [Fact]
    public async Task They_stay_as_long_as_any_run_watches_and_go_with_the_last()
    {
        await using var host = await TestHost.OpenAsync(server);
        await WatchAsync(host, "DXY");
        await WatchAsync(host, "EURX");
        Assert.Equal(8, await host.CountAsync(Triggers));
        await host.RunAsync("DELETE FROM dxy.watched WHERE symbol = 'DXY'; SELECT dxy.touch_off()");
        Assert.Equal(8, await host.CountAsync(Triggers));
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
        await host.RunAsync("DELETE FROM dxy.watched; SELECT dxy.touch_off()");
        Assert.Equal(0, await host.CountAsync(Triggers));
    }

    [Fact]
    public async Task Partitions_bear_them_too_and_so_does_a_month_that_is_made_meanwhile()
    {
        await using var host = await TestHost.OpenAsync(server, partitions: new Partitions(TestHost.Open));
        await WatchAsync(host, "EURUSD");
        await host.AtAsync(TestHost.Open + TimeSpan.FromDays(70));
        await host.RunAsync("SELECT dxy.keep_months()");
        Assert.Equal(
            await host.CountAsync("pg_inherits WHERE inhparent = 'data_bars'::regclass"),
            await host.CountAsync(
                "pg_trigger AS t JOIN pg_inherits AS i ON i.inhrelid = t.tgrelid WHERE i.inhparent = 'data_bars'::regclass AND tgname = "
                    + "'dxy_capture_touch_update'"
            )
        );
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
        await host.RunAsync("DELETE FROM dxy.watched; SELECT dxy.touch_off()");
        Assert.Equal(0, await host.CountAsync(Triggers));
    }

    [Theory]
    [InlineData("DROP TRIGGER dxy_capture_touch_update ON data_bars", "missing: trigger dxy_capture_touch_update on public.data_bars")]
    [InlineData(
        "ALTER TABLE derived_data_bars DISABLE TRIGGER dxy_capture_touch_row",
        "disabled: trigger dxy_capture_touch_row on public.derived_data_bars"
    )]
    public async Task One_that_a_watching_run_lacks_is_named_and_applying_puts_it_right(string harm, string difference)
    {
        await using var host = await TestHost.OpenAsync(server);
        await WatchAsync(host, "DXY");
        await host.RunAsync(harm);
        Assert.Equal([difference], await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
        await new SchemaInstaller(host.Database.ConnectionString, TimeProvider.System).ApplyAsync(TestHost.Token);
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
    }

    static Task WatchAsync(TestHost host, string symbol) => host.RunAsync(Watch.Replace("{0}", symbol, StringComparison.Ordinal));

    static Task<List<string>> NotedAsync(TestHost host) =>
        host.TextsAsync(
            """
            SELECT format('%s %s %s %s %s %s %s', table_name, symbol, operation, to_char(first_ts AT TIME ZONE 'UTC', 'HH24:MI'),
                          to_char(last_ts AT TIME ZONE 'UTC', 'HH24:MI'), bars, own::text)
            FROM dxy.touch ORDER BY id
            """
        );
}
