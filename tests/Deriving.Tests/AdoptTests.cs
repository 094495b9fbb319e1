using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

public sealed class AdoptTests(TestServer server)
{
    const string Due = """
        SELECT symbol || '/' || timeframe || to_char(from_ts AT TIME ZONE 'UTC', ' HH24:MI') || to_char(to_ts AT TIME ZONE 'UTC', ' HH24:MI')
        FROM dxy.due WHERE cause = 'definition' ORDER BY symbol, timeframe
        """;

    static async Task<List<string>> AdoptAsync(TestHost host)
    {
        await host.RunAsync("DELETE FROM dxy.due; SELECT dxy.adopt_targets()");
        return await host.TextsAsync(Due);
    }

    /// <summary>An hour of the six pairs, everything derived and adopted.</summary>
    static async Task<TestHost> SettledAsync(TestServer server)
    {
        var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(3, 60));
        await host.DrainAsync();
        await AdoptAsync(host);
        return host;
    }

    [Fact]
    public async Task A_new_index_makes_its_history_due()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync(
            """
            INSERT INTO core_asset_registry_all (canonical_symbol, active, metadata) VALUES ('EUX', true,
              '{"is_synthetic": true, "components": ["EURUSD", "GBPUSD"], "factor": 2, "exponents": {"EURUSD": 0.5, "GBPUSD": 0.5}, "derived_timeframes": ["5m"]}')
            """
        );
        Assert.Equal(["EUX/1m 08:03 09:03"], await AdoptAsync(host));
        await host.RunAsync("SELECT dxy.adopt_targets()");
        await host.DrainAsync();
        Assert.Equal(60, await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'EUX'"));
        Assert.Equal(13, await host.ValueAsync<long>("SELECT count(*) FROM derived_data_bars WHERE canonical_symbol = 'EUX'"));
    }

    [Theory]
    [InlineData("{\"factor\": 50.2}")]
    [InlineData("{\"since\": \"2000-01-01T00:00:00Z\"}")]
    [InlineData(
        "{\"exponents\": {\"EURUSD\": -0.5, \"USDJPY\": 0.136, \"GBPUSD\": -0.119, \"USDCAD\": 0.091, \"USDSEK\": 0.042, \"USDCHF\": 0.036}}"
    )]
    public async Task A_changed_definition_makes_the_history_due(string change)
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync($"UPDATE core_asset_registry_all SET metadata = metadata || '{change}' WHERE canonical_symbol = 'DXY'");
        Assert.Equal(["DXY/1m 08:03 09:03"], await AdoptAsync(host));
        Assert.Empty(await AdoptAsync(host));
    }

    [Theory]
    [InlineData("{\"deriving_version\": 2}")]
    [InlineData("{\"max_age_minutes\": 9}")]
    [InlineData("{\"a note\": true}")]
    public async Task Another_version_or_age_changes_nothing_stored(string change)
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync($"UPDATE core_asset_registry_all SET metadata = metadata || '{change}' WHERE canonical_symbol = 'DXY'");
        Assert.Empty(await AdoptAsync(host));
    }

    [Fact]
    public async Task What_a_row_leaves_out_is_as_published_and_news_only_when_it_comes_to_differ()
    {
        const string Row = "UPDATE core_asset_registry_all SET metadata = metadata";
        await using var host = await SettledAsync(server);
        foreach (var keys in (string[])["since", "exponents", "factor"])
        {
            await host.RunAsync($"{Row} - '{keys}' WHERE canonical_symbol = 'DXY'");
            Assert.Empty(await AdoptAsync(host));
        }

        await host.RunAsync(Row + """ || '{"factor": 50.143481120, "since": "1999-01-04T00:00:00Z"}' WHERE canonical_symbol = 'DXY'""");
        Assert.Empty(await AdoptAsync(host));
        await host.RunAsync(Row + """ || '{"factor": 50.2}' WHERE canonical_symbol = 'DXY'""");
        Assert.Equal(["DXY/1m 08:03 09:03"], await AdoptAsync(host));

        // Of another index nothing is published: it can be made when its row says how.
        await host.RunAsync(
            """INSERT INTO core_asset_registry_all (canonical_symbol, active, metadata) VALUES ('EUX', true, '{"is_synthetic": true, "components": ["EURUSD"]}')"""
        );
        await AdoptAsync(host);
        await host.RunAsync(Row + """ || '{"factor": 2, "exponents": {"EURUSD": 0.5}}' WHERE canonical_symbol = 'EUX'""");
        Assert.Equal(["EUX/1m 08:03 09:03"], await AdoptAsync(host));
    }

    [Fact]
    public async Task A_new_rollup_is_made_of_the_history()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync(
            "UPDATE core_asset_registry_all SET metadata = metadata || '{\"derived_timeframes\": [\"5m\", \"15m\", \"1h\"]}' WHERE canonical_symbol IN ('DXY', 'EURUSD')"
        );
        Assert.Equal(["DXY/15m 08:00 09:15", "EURUSD/15m 08:00 09:15"], await AdoptAsync(host));
    }

    [Fact]
    public async Task Targets_that_hold_bars_when_first_seen_are_adopted_as_they_stand()
    {
        await using var host = await SettledAsync(server);
        await host.RunAsync("DELETE FROM dxy.adopted");
        Assert.Empty(await AdoptAsync(host));
        Assert.Equal(14 + 1, await host.CountAsync("dxy.adopted"));
    }

    [Fact]
    public async Task Those_that_hold_none_are_made_and_inactive_ones_left_alone()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 2));
        await host.RunAsync("DELETE FROM dxy.change; UPDATE core_asset_registry_all SET active = false WHERE canonical_symbol = 'USDSEK'");
        var due = await AdoptAsync(host);
        Assert.Contains("DXY/1m 08:00 08:02", due);
        Assert.Contains("EURUSD/5m 08:00 08:05", due);
        Assert.DoesNotContain(due, row => row.StartsWith("USDSEK", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Adopting_at_once_makes_due_once()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 2));
        await Parallel.ForAsync(0, 4, TestHost.Token, async (_, token) =>
            await host.Database.RunAsync("SELECT dxy.adopt_targets()", token)
        );
        Assert.Equal(1, await host.ValueAsync<long>("SELECT count(*) FROM dxy.due WHERE symbol = 'DXY' AND timeframe = '1m'"));
    }
}
