using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Capture;

public sealed class DerivedCaptureTests(TestServer server)
{
    static async Task<TestHost> WithDerivedAsync(TestServer server)
    {
        var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            CaptureTests
                .Twenty.Replace("data_bars", "derived_data_bars", StringComparison.Ordinal)
                .Replace("'ingest'", "'derived'", StringComparison.Ordinal)
        );
        await host.RunAsync("DELETE FROM dxy.change");
        return host;
    }

    static Task<string?> ToldAsync(TestHost host) =>
        host.ValueAsync<string>(
            "SELECT string_agg(table_name || ' ' || to_char(first_ts AT TIME ZONE 'UTC', 'MI') || '-' || to_char(last_ts AT TIME ZONE "
                + "'UTC', 'MI'), ',' ORDER BY id) FROM dxy.change"
        );

    [Fact]
    public async Task A_soft_delete_ends_a_bar_and_an_undelete_begins_it_again()
    {
        await using var host = await WithDerivedAsync(server);
        await host.RunAsync("UPDATE public.derived_data_bars SET deleted_at = now() WHERE ts_utc = '2024-03-04 08:04Z'");
        await host.RunAsync("UPDATE public.derived_data_bars SET close = 1.1, deleted_at = now() WHERE ts_utc = '2024-03-04 08:04Z'");
        await host.RunAsync("UPDATE public.derived_data_bars SET deleted_at = NULL WHERE ts_utc = '2024-03-04 08:04Z'");
        Assert.Equal("derived_data_bars 04-04,derived_data_bars 04-04", await ToldAsync(host));
        Assert.Equal(1, await host.ValueAsync<long>("SELECT count(*) FROM dxy.correction WHERE deleted"));
    }

    [Fact]
    public async Task What_happens_to_deleted_rows_is_not_told()
    {
        await using var host = await WithDerivedAsync(server);
        await host.RunAsync("UPDATE public.derived_data_bars SET deleted_at = now()");
        await host.RunAsync("DELETE FROM dxy.change");
        await host.RunAsync("UPDATE public.derived_data_bars SET vol = 8");
        Assert.Null(await ToldAsync(host));
    }

    [Fact]
    public async Task A_business_difference_of_an_active_row_is_told()
    {
        await using var host = await WithDerivedAsync(server);
        await host.RunAsync("UPDATE public.derived_data_bars SET vol = 8 WHERE ts_utc >= '2024-03-04 08:11Z'");
        await host.RunAsync("UPDATE public.derived_data_bars SET vol = 8, raw = '{}', updated_at = now()");
        await host.RunAsync("UPDATE public.derived_data_bars SET vol = 8, updated_at = now()");
        Assert.Equal("derived_data_bars 11-19,derived_data_bars 00-10", await ToldAsync(host));
    }

    [Fact]
    public async Task A_statement_straight_into_a_partition_is_told_under_the_tables_name()
    {
        await using var database = await server.CreateDatabaseAsync(TestHost.Token);
        await database.RunAsync(Partitioned.Tables, TestHost.Token);
        await new SchemaInstaller(database.ConnectionString, TimeProvider.System).ApplyAsync(TestHost.Token);
        await database.RunAsync(CaptureTests.Twenty, TestHost.Token);
        await database.RunAsync(
            CaptureTests
                .Twenty.Replace("data_bars", "bars_2024", StringComparison.Ordinal)
                .Replace("EURUSD", "GBPUSD", StringComparison.Ordinal),
            TestHost.Token
        );
        await database.RunAsync("UPDATE public.bars_2024 SET vol = 3 WHERE canonical_symbol = 'GBPUSD'", TestHost.Token);
        await database.RunAsync("DELETE FROM public.bars_2024 WHERE canonical_symbol = 'GBPUSD'", TestHost.Token);
        Assert.Equal(
            "data_bars EURUSD,data_bars GBPUSD,data_bars GBPUSD,data_bars GBPUSD",
            await database.ValueAsync<string>(
                "SELECT string_agg(table_name || ' ' || symbols[1], ',' ORDER BY id) FROM dxy.change",
                TestHost.Token
            )
        );
        Assert.Equal(
            40,
            await database.ValueAsync<long>("SELECT count(*) FROM dxy.correction WHERE table_name = 'data_bars'", TestHost.Token)
        );
    }
}
