using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Capture;

public sealed class CaptureTests(TestServer server)
{
    /// <summary>Twenty minutes of EURUSD in one statement.</summary>
    internal const string Twenty = """
        INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
        SELECT 'EURUSD', '1m', t, 1.1, 1.1, 1.1, 1.1, 'ingest' FROM generate_series(timestamptz '2024-03-04 08:00Z', '2024-03-04 08:19Z',
          '1 minute') AS t
        """;

    const string Changes = """
        SELECT table_name || ' ' || array_to_string(symbols, ',') || ' ' || array_to_string(timeframes, ',')
               || to_char(first_ts AT TIME ZONE 'UTC', ' HH24:MI') || to_char(last_ts AT TIME ZONE 'UTC', ' HH24:MI')
        FROM dxy.change ORDER BY id
        """;

    static async Task<TestHost> WithTwentyAsync(TestServer server)
    {
        var host = await TestHost.OpenAsync(server);
        await host.RunAsync(Twenty);
        await host.RunAsync("DELETE FROM dxy.change");
        return host;
    }

    static string Change(string symbols, int first, int last) => $"data_bars {symbols} 1m 08:{first:00} 08:{last:00}";

    [Fact]
    public async Task A_statement_of_any_size_records_one_row()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(Twenty);
        await host.RunAsync(
            Twenty.Replace("EURUSD", "GBPUSD", StringComparison.Ordinal)
                + " UNION ALL SELECT 'USDJPY', '1m', '2024-03-04 08:30Z', 150, 150, 150, 150, 'ingest'"
        );
        Assert.Equal([Change("EURUSD", 0, 19), Change("GBPUSD,USDJPY", 0, 30)], await host.TextsAsync(Changes));
    }

    [Theory]
    [InlineData("UPDATE public.data_bars SET close = close, vol = vol")]
    [InlineData("UPDATE public.data_bars SET vol = 0.000, close = 1.10000000")]
    [InlineData("UPDATE public.data_bars SET updated_at = now(), ingested_at = now(), raw = '{\"a\": 1}', source = 'massive_api'")]
    [InlineData("UPDATE public.data_bars SET close = 7 WHERE false")]
    [InlineData("DELETE FROM public.data_bars WHERE false")]
    [InlineData("INSERT INTO public.data_bars SELECT * FROM public.data_bars ON CONFLICT DO NOTHING")]
    public async Task What_changes_no_business_column_records_nothing(string statement)
    {
        await using var host = await WithTwentyAsync(server);
        await host.RunAsync(statement);
        Assert.Empty(await host.TextsAsync(Changes));
        Assert.Equal(0, await host.CountAsync("dxy.correction"));
    }

    [Theory]
    [InlineData("open = 1.1, high = 1.2, low = 1.1, close = 1.1")]
    [InlineData("high = 1.2, close = 1.2")]
    [InlineData("low = 1.0")]
    [InlineData("high = 1.3")]
    [InlineData("vol = 1")]
    [InlineData("vwap = 1.1")]
    [InlineData("trade_count = 4")]
    [InlineData("is_partial = true")]
    public async Task Each_business_column_counts_and_only_the_bars_that_changed(string assignment)
    {
        await using var host = await WithTwentyAsync(server);
        await host.RunAsync($"UPDATE public.data_bars SET updated_at = now(), {assignment} WHERE ts_utc = '2024-03-04 08:07Z'");
        Assert.Equal([Change("EURUSD", 7, 7)], await host.TextsAsync(Changes));
        Assert.Equal(1, await host.CountAsync("dxy.correction"));
    }

    [Fact]
    public async Task In_an_update_of_all_rows_only_those_that_differ_are_told()
    {
        await using var host = await WithTwentyAsync(server);
        await host.RunAsync(
            "UPDATE public.data_bars SET vol = CASE WHEN ts_utc BETWEEN '2024-03-04 08:03Z' AND '2024-03-04 08:05Z' THEN 9 ELSE vol END"
        );
        Assert.Equal([Change("EURUSD", 3, 5)], await host.TextsAsync(Changes));
        Assert.Equal(3, await host.CountAsync("dxy.correction"));
    }

    [Fact]
    public async Task A_partial_bar_that_becomes_final_is_told_and_is_no_correction()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            Twenty
                .Replace("close, source)", "close, source, is_partial)", StringComparison.Ordinal)
                .Replace("'ingest' FROM", "'ingest', true FROM", StringComparison.Ordinal)
        );
        await host.RunAsync("DELETE FROM dxy.change");
        await host.RunAsync("UPDATE public.data_bars SET is_partial = false WHERE ts_utc = '2024-03-04 08:00Z'");
        Assert.Equal([Change("EURUSD", 0, 0)], await host.TextsAsync(Changes));
        Assert.Equal(0, await host.CountAsync("dxy.correction WHERE NOT absent"));

        // Until then there was no final bar.
        Assert.Equal(1, await host.CountAsync("dxy.correction WHERE absent AND close IS NULL"));
    }

    [Fact]
    public async Task A_changed_key_is_told_on_both_sides()
    {
        await using var host = await WithTwentyAsync(server);
        await host.RunAsync(
            "UPDATE public.data_bars SET canonical_symbol = 'GBPUSD', ts_utc = ts_utc + interval '30 minutes' WHERE ts_utc = "
                + "'2024-03-04 08:02Z'"
        );
        Assert.Equal([Change("EURUSD,GBPUSD", 2, 32)], await host.TextsAsync(Changes));
        Assert.Equal(
            "EURUSD gone,GBPUSD came",
            await host.ValueAsync<string>(
                "SELECT string_agg(canonical_symbol || CASE WHEN deleted THEN ' gone' WHEN absent THEN ' came' END, ',' ORDER BY "
                    + "canonical_symbol) FROM dxy.correction"
            )
        );
    }

    [Fact]
    public async Task Deleted_bars_are_told_and_remembered()
    {
        await using var host = await WithTwentyAsync(server);
        await host.RunAsync("DELETE FROM public.data_bars WHERE ts_utc >= '2024-03-04 08:18Z'");
        Assert.Equal([Change("EURUSD", 18, 19)], await host.TextsAsync(Changes));
        Assert.Equal(
            2,
            await host.ValueAsync<long>("SELECT count(*) FROM dxy.correction WHERE deleted AND close = 1.1 AND table_name = 'data_bars'")
        );
    }

    [Fact]
    public async Task A_corrected_bar_keeps_its_old_values_and_the_market_time_of_the_change()
    {
        await using var host = await WithTwentyAsync(server);
        await host.AtAsync(TestHost.Minute(60));
        await host.RunAsync("UPDATE public.data_bars SET high = 1.2, close = 1.2 WHERE ts_utc = '2024-03-04 08:05Z'");
        await host.AtAsync(TestHost.Minute(90));
        await host.RunAsync("UPDATE public.data_bars SET close = 1.15 WHERE ts_utc = '2024-03-04 08:05Z'");
        Assert.Equal(
            ["1.10000000 false 2024-03-04 09:00", "1.20000000 false 2024-03-04 09:30"],
            await host.TextsAsync(
                "SELECT close || ' ' || deleted || to_char(replaced_at AT TIME ZONE 'UTC', ' YYYY-MM-DD HH24:MI') FROM dxy.correction "
                    + "ORDER BY id"
            )
        );
    }

    [Fact]
    public async Task Equal_rows_merged_again_are_told_once()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 10));
        await host.StoreAsync(TestHost.Minutes(0, 10));
        Assert.Equal(1, await host.CountAsync("dxy.change"));
    }

    [Fact]
    public async Task A_table_that_lets_in_what_ours_would_not_can_still_be_written()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            """
            ALTER TABLE public.data_bars DROP CONSTRAINT data_bars_pkey, DROP CONSTRAINT data_bars_grid_check,
              DROP CONSTRAINT data_bars_prices_check,
              ALTER ts_utc DROP NOT NULL, ALTER canonical_symbol DROP NOT NULL, ALTER open DROP NOT NULL, ALTER is_partial DROP NOT NULL
            """
        );
        await host.RunAsync(
            "INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES (NULL, '1m', "
                + "NULL, NULL, 1, 1, 'NaN', 'ingest')"
        );
        await host.RunAsync("UPDATE public.data_bars SET vol = 7");
        await host.RunAsync("DELETE FROM public.data_bars");
        Assert.Equal(0, await host.CountAsync("dxy.change"));
    }
}
