using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Capture;

/// <summary>Ways into the tables that no trigger of ours stands in: once the triggers are put on, what came that way is due.</summary>
public sealed class RecaptureTests(TestServer server)
{
    const string Bar = "(canonical_symbol, timeframe, ts_utc, open, high, low, close, source)";

    static string Six(string when) =>
        string.Join(
            ',',
            TestHost.Pairs.Select((pair, i) => $"('{pair}', '1m', '{when}'::timestamptz, 1.{i}, 1.{i}, 1.{i}, 1.{i}, 'ingest')")
        );

    static async Task<TestHost> WorkingAsync(TestServer server)
    {
        var host = await TestHost.OpenAsync(server, Partitioned.Tables);
        await host.StoreAsync(TestHost.Minutes(0, 5));
        await host.RunAsync("SELECT dxy.adopt_targets()");
        await host.DrainAsync();
        return host;
    }

    static Task<IReadOnlyList<string>> ApplyAsync(TestHost host) =>
        new SchemaInstaller(host.Database.ConnectionString, TimeProvider.System).ApplyAsync(TestHost.Token);

    static Task<long> IndexAsync(TestHost host, string when) =>
        host.ValueAsync<long>($"SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc = '{when}'");

    [Fact]
    public async Task A_partition_attached_filled()
    {
        await using var host = await WorkingAsync(server);
        await host.RunAsync(
            $"""
            CREATE TABLE public.bars_2025 (LIKE bars_2024 INCLUDING ALL);
            INSERT INTO bars_2025 {Bar} VALUES {Six("2025-03-04 08:10Z")};
            ALTER TABLE data_bars ATTACH PARTITION bars_2025 FOR VALUES FROM ('2025-01-01Z') TO ('2026-01-01Z')
            """
        );
        await host.AtAsync(Core.Time.UtcTime.At(2025, 3, 5, 8));
        await host.DrainAsync();
        Assert.Equal(0, await IndexAsync(host, "2025-03-04 08:10Z"));
        Assert.Equal(3, (await ApplyAsync(host)).Count);
        await host.DrainAsync();
        Assert.Equal(1, await IndexAsync(host, "2025-03-04 08:10Z"));
        Assert.Equal(
            1,
            await host.ValueAsync<long>(
                "SELECT count(*) FROM derived_data_bars WHERE canonical_symbol = 'EURUSD' AND timeframe = '1h' AND ts_utc = '2025-03-04 "
                    + "08:00Z'"
            )
        );
        Assert.Empty(await ApplyAsync(host));
    }

    [Fact]
    public async Task A_partition_made_later_and_written_straight()
    {
        await using var host = await WorkingAsync(server);
        await host.AtAsync(Core.Time.UtcTime.At(2025, 3, 5, 8));
        await host.RunAsync(
            $"""
            CREATE TABLE public.bars_2025 PARTITION OF data_bars FOR VALUES FROM ('2025-01-01Z') TO ('2026-01-01Z');
            INSERT INTO bars_2025 {Bar} VALUES {Six("2025-03-04 08:10Z")};
            """
        );
        await ApplyAsync(host);
        await host.DrainAsync();
        Assert.Equal(1, await IndexAsync(host, "2025-03-04 08:10Z"));
    }

    [Fact]
    public async Task A_partition_made_later_and_written_through_its_table_is_captured_at_once()
    {
        await using var host = await WorkingAsync(server);
        await host.RunAsync("CREATE TABLE public.bars_2025 PARTITION OF data_bars FOR VALUES FROM ('2025-01-01Z') TO ('2026-01-01Z')");
        await host.AtAsync(Core.Time.UtcTime.At(2025, 3, 5, 8));
        await host.RunAsync($"INSERT INTO data_bars {Bar} VALUES {Six("2025-03-04 08:10Z")}");
        await host.DrainAsync();
        Assert.Equal(1, await IndexAsync(host, "2025-03-04 08:10Z"));
    }

    [Fact]
    public async Task A_partition_taken_off_corrected_and_attached_again_tells_of_the_correction()
    {
        await using var host = await WorkingAsync(server);
        var before = await host.ValueAsync<decimal>(
            "SELECT close FROM data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc = '2024-03-04 08:01Z'"
        );
        await host.RunAsync(
            """
            ALTER TABLE data_bars DETACH PARTITION bars_2024;
            UPDATE bars_2024 SET close = close * 1.001, high = high * 1.001 WHERE canonical_symbol = 'EURUSD'
              AND ts_utc = '2024-03-04 08:01Z';
            ALTER TABLE data_bars ATTACH PARTITION bars_2024 FOR VALUES FROM ('2024-01-01Z') TO ('2025-01-01Z')
            """
        );
        await host.DrainAsync();
        Assert.NotEqual(
            before,
            await host.ValueAsync<decimal>(
                "SELECT close FROM data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc = '2024-03-04 08:01Z'"
            )
        );
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
    }

    [Fact]
    public async Task A_partition_corrected_while_it_was_off_and_others_worked_is_noticed_when_it_is_back()
    {
        const string Close =
            "SELECT close FROM data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc = '2024-03-04 08:01Z'";
        await using var host = await WorkingAsync(server);
        await host.RunAsync("SELECT dxy.keep_months()");
        var before = await host.ValueAsync<decimal>(Close);
        await host.RunAsync(
            """
            ALTER TABLE data_bars DETACH PARTITION bars_2024;
            UPDATE bars_2024 SET close = close * 1.001, high = high * 1.001 WHERE canonical_symbol = 'EURUSD'
              AND ts_utc = '2024-03-04 08:01Z'
            """
        );
        await host.DrainAsync();
        await host.RunAsync("ALTER TABLE data_bars ATTACH PARTITION bars_2024 FOR VALUES FROM ('2024-01-01Z') TO ('2025-01-01Z')");
        await host.DrainAsync();
        Assert.Equal(before, await host.ValueAsync<decimal>(Close));

        await using var silo = await host.LoginAsync("GRANT dxy_silo TO {0}");
        await using var hourly = silo.CreateCommand("SELECT dxy.keep_months()");
        await hourly.ExecuteNonQueryAsync(TestHost.Token);
        await host.DrainAsync();
        Assert.NotEqual(before, await host.ValueAsync<decimal>(Close));
        await host.RunAsync("SELECT dxy.keep_months()");
        Assert.Equal(0, await host.CountAsync("dxy.change"));
    }

    [Fact]
    public async Task A_trigger_that_was_disabled_for_a_while()
    {
        await using var host = await WorkingAsync(server);
        await host.RunAsync(
            $"ALTER TABLE data_bars DISABLE TRIGGER dxy_capture_insert; INSERT INTO data_bars {Bar} VALUES {Six("2024-03-04 08:10Z")}"
        );
        await host.DrainAsync();
        Assert.Equal(0, await IndexAsync(host, "2024-03-04 08:10Z"));
        await ApplyAsync(host);
        await host.DrainAsync();
        Assert.Equal(1, await IndexAsync(host, "2024-03-04 08:10Z"));
    }

    [Fact]
    public async Task Rollups_that_were_changed_unseen_are_made_anew()
    {
        await using var host = await WorkingAsync(server);
        await host.RunAsync(
            "ALTER TABLE derived_data_bars DISABLE TRIGGER dxy_capture_update; UPDATE derived_data_bars SET close = close * 2, high = "
                + "high * 2 WHERE canonical_symbol = 'EURUSD'"
        );
        await ApplyAsync(host);
        await host.DrainAsync();
        Assert.Equal(
            0,
            await host.ValueAsync<long>("SELECT count(*) FROM derived_data_bars WHERE canonical_symbol = 'EURUSD' AND close > 2")
        );
    }

    [Fact]
    public async Task Rows_of_no_time_make_no_endless_work()
    {
        await using var host = await WorkingAsync(server);
        await host.RunAsync(
            $"""
            CREATE TABLE public.rest PARTITION OF data_bars DEFAULT;
            INSERT INTO rest {Bar} SELECT 'EURUSD', '1m', t, 1, 1, 1, 1, 'ingest' FROM unnest(ARRAY[timestamptz 'infinity', '-infinity',
              '51773-01-01Z', '0001-01-01Z']) AS t
            """
        );
        await ApplyAsync(host);
        Assert.Equal(0, await host.CountAsync("dxy.change"));
    }

    [Fact]
    public async Task A_first_install_and_a_new_kind_of_trigger_make_nothing_due()
    {
        await using var host = await WorkingAsync(server);
        await host.RunAsync(
            "DROP TRIGGER dxy_capture_row ON data_bars; DROP TRIGGER dxy_capture_row ON derived_data_bars; DELETE FROM dxy.due"
        );
        Assert.Equal(2, (await ApplyAsync(host)).Count);
        Assert.Equal((0, 0), (await host.CountAsync("dxy.change"), await host.CountAsync("dxy.due")));
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));

        await using var first = await ExistingHost.CreateAsync(server);
        await new SchemaInstaller(first.ConnectionString, TimeProvider.System).ApplyAsync(TestHost.Token);
        Assert.Equal(0, await first.ValueAsync<long>("SELECT count(*) FROM dxy.change", TestHost.Token));
    }
}
