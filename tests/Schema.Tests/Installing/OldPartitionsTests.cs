using DxyOrleans.Core.Time;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Schema.Tests.Installing;

/// <summary>Old partitions that are let go, and what stays.</summary>
public sealed class OldPartitionsTests(TestServer server)
{
    static readonly UtcTime Before = UtcTime.At(2024, 3, 1);

    [Fact]
    public async Task Only_whole_months_before_the_time_are_found_the_oldest_first()
    {
        await using var host = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        var old = await OldPartitions.FindAsync(host.Data, UtcTime.At(2024, 3, 15), TestHost.Token);
        Assert.Equal(
            [("data_bars_2024_01", UtcTime.At(2024, 2, 1)), ("data_bars_2024_02", UtcTime.At(2024, 3, 1))],
            old.Select(partition => (partition.Name, partition.To))
        );
    }

    [Fact]
    public async Task A_month_that_is_detached_keeps_its_rows_without_our_triggers_and_what_was_derived_of_them_stays()
    {
        await using var host = await FilledAsync();
        await LetGoAsync(host, drop: false);

        Assert.Equal(1, await host.ValueAsync<long>("SELECT count(*) FROM public.data_bars_2024_02"));
        Assert.Equal(["2024-03"], await MonthsAsync(host));
        Assert.Equal(1, await host.ValueAsync<long>("SELECT count(*) FROM public.derived_data_bars WHERE ts_utc < '2024-03-01Z'"));
        Assert.Empty(
            await host.TextsAsync(
                "SELECT tgname::text FROM pg_trigger WHERE tgrelid = 'public.data_bars_2024_02'::regclass AND NOT tgisinternal"
            )
        );
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
    }

    [Fact]
    public async Task A_month_that_is_dropped_makes_nothing_due_and_is_not_made_again()
    {
        await using var host = await FilledAsync();
        await LetGoAsync(host, drop: true);

        Assert.Equal(0, await Partitions.KeepAheadAsync(host.Data, TestHost.Token));
        Assert.Null(await host.ValueAsync<string?>("SELECT to_regclass('public.data_bars_2024_02')::text"));
        Assert.Equal(0, await host.ValueAsync<long>("SELECT count(*) FROM dxy.change"));
        Assert.Equal(1, await host.ValueAsync<long>("SELECT count(*) FROM public.derived_data_bars WHERE ts_utc < '2024-03-01Z'"));
    }

    [Fact]
    public async Task Derived_bars_of_the_same_partition_stay_in_one_of_their_own_and_nothing_becomes_due()
    {
        await using var host = await FilledAsync();
        await host.RunAsync(
            """
            INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            VALUES ('DXY', '1m', '2024-02-05 08:00Z', 100, 100, 100, 100, 'synthetic'), ('EURUSD', '5m', '2024-02-05 08:00Z', 1, 1, 1, 1,
              'ingest');
            DELETE FROM dxy.change;
            SELECT dxy.notice_attached();
            """
        );
        await LetGoAsync(host, drop: true);
        await Partitions.KeepAheadAsync(host.Data, TestHost.Token);

        Assert.Equal(
            ["DXY/1m data_bars_2024_02_derived", "EURUSD/1m data_bars_2024_03", "EURUSD/5m data_bars_2024_02_derived"],
            await host.TextsAsync(
                "SELECT canonical_symbol || '/' || timeframe || ' ' || tableoid::regclass::text FROM public.data_bars ORDER BY 1"
            )
        );
        Assert.Equal(0, await host.ValueAsync<long>("SELECT count(*) FROM dxy.change"));
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));

        // What was kept is not let go by the next call.
        Assert.Empty(await OldPartitions.FindAsync(host.Data, Before, TestHost.Token));

        // And it is captured like any: its triggers are on again.
        await host.RunAsync("UPDATE public.data_bars_2024_02_derived SET close = 99, low = 99 WHERE canonical_symbol = 'DXY'");
        Assert.Equal(1, await host.ValueAsync<long>("SELECT count(*) FROM dxy.change"));
    }

    [Fact]
    public async Task What_waits_to_be_made_of_them_is_named_and_so_is_a_run_that_is_not_over()
    {
        await using var host = await FilledAsync();
        Assert.Null(await OldPartitions.WaitingAsync(host.Data, Before, TestHost.Token));
        await host.RunAsync(
            "INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, recorded_at) VALUES ('DXY', '1m', '2024-02-05Z', "
                + "'2024-02-06Z', 'sweep', now())"
        );
        Assert.Equal("DXY/1m is due from 2024-02-05T00:00:00Z on", await OldPartitions.WaitingAsync(host.Data, Before, TestHost.Token));
    }

    [Fact]
    public async Task A_table_in_one_piece_is_refused_by_name()
    {
        await using var host = await TestHost.OpenAsync(server);
        var refused = await Assert.ThrowsAsync<SchemaException>(() => OldPartitions.FindAsync(host.Data, Before, TestHost.Token));
        Assert.Contains("public.data_bars is not divided", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_table_that_somebody_reads_in_a_transaction_is_named_with_who_reads_it_and_stands_as_it_stood()
    {
        await using var host = await FilledAsync();
        await using var other = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using var transaction = await other.BeginTransactionAsync(TestHost.Token);
        await using (var reading = new NpgsqlCommand("SET application_name = 'report'; SELECT count(*) FROM public.data_bars", other))
        {
            await reading.ExecuteNonQueryAsync(TestHost.Token);
        }

        var refused = await Assert.ThrowsAsync<SchemaException>(() => LetGoAsync(host, drop: true));
        Assert.Contains("report", refused.Message, StringComparison.Ordinal);
        await transaction.RollbackAsync(TestHost.Token);
        Assert.Equal(["2024-02", "2024-03"], await MonthsAsync(host));
    }

    async Task<TestHost> FilledAsync()
    {
        var host = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        await host.RunAsync(
            """
            INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT 'EURUSD', '1m', t, 1, 1, 1, 1, 'ingest' FROM unnest(ARRAY['2024-02-05 08:00Z', '2024-03-04 08:00Z']::timestamptz[]) AS t;
            INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            VALUES ('DXY', '1m', '2024-02-05 08:00Z', 100, 100, 100, 100, 'derived');
            DELETE FROM dxy.change;
            DELETE FROM dxy.due;
            """
        );
        return host;
    }

    static async Task LetGoAsync(TestHost host, bool drop)
    {
        foreach (var partition in await OldPartitions.FindAsync(host.Data, Before, TestHost.Token))
        {
            await OldPartitions.LetGoAsync(host.Data, partition, drop, TestHost.Token);
        }
    }

    static Task<List<string>> MonthsAsync(TestHost host) =>
        host.TextsAsync("SELECT to_char(ts_utc AT TIME ZONE 'UTC', 'YYYY-MM') FROM public.data_bars ORDER BY 1");
}
