using DxyOrleans.Bars.Forming;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>Deriving version 3 on the tables.</summary>
public sealed class SampledMinuteTests(TestServer server)
{
    static readonly Symbol Dxy = Symbol.Parse("DXY");
    static readonly decimal Level = IndexFormula.Level(IndexDefinition.Dxy, [1.0843, 150.12, 1.2654, 1.3561, 10.3712, 0.8843]);

    const string Rows =
        "SELECT to_char(ts_utc AT TIME ZONE 'UTC', 'HH24:MI') || ' v' || (raw->>'version') || ' ' || (open - close) || ' ' "
        + "|| (high - close) || ' ' || (close - low) || coalesce(' ' || (raw->'samples'->>'count') || ' of ' || (raw->'samples'->>'expected'), '')"
        + " || CASE WHEN raw->'amended' = 'true' THEN ' amended' ELSE '' END FROM data_bars WHERE canonical_symbol = 'DXY' ORDER BY ts_utc";

    static async Task<TestHost> OpenAsync(TestServer server, string metadata = "")
    {
        var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            $"UPDATE core_asset_registry_all SET metadata = metadata || '{{\"deriving_version\": 3{metadata}}}' "
                + "WHERE canonical_symbol = 'DXY'"
        );
        return host;
    }

    static SampledMinute Minute(int minute, decimal spread = 0.0002m, int samples = 60) =>
        new(TestHost.Minute(minute), Level - spread, Level + spread, Level - spread, Level, samples, 60);

    static Task<bool> SaveAsync(TestHost host, SampledMinute minute, long revision = 0, bool isEnded = true) =>
        new SampledMinuteStore(host.Data).SaveAsync(Dxy, new SavedSamples(minute, revision), isEnded, TestHost.Token);

    static async Task<TargetComparison> VerifyAsync(TestHost host) =>
        await new TargetVerifier(host.Data, (await host.DeriverAsync("DXY/1m")).Rule).CompareAsync(
            new TimeRange(TestHost.Minute(0), TestHost.Minute(60)),
            false,
            TestHost.Token
        );

    [Fact]
    public async Task A_sampled_minute_has_the_samples_open_high_and_low_and_one_without_is_flat_and_carries_another_version()
    {
        await using var host = await OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 2));
        Assert.True(await SaveAsync(host, Minute(0)));
        await host.DrainAsync();
        Assert.Equal(
            ["08:00 v3 -0.00020000 0.00020000 0.00020000 60 of 60", "08:01 v2 0.00000000 0.00000000 0.00000000"],
            await host.TextsAsync(Rows)
        );
        Assert.Empty((await VerifyAsync(host)).Differences);
    }

    [Fact]
    public async Task Without_samples_the_version_that_was_set_is_used_bar_by_bar_and_in_columns()
    {
        await using var host = await OpenAsync(server, ", \"version_without_samples\": 1");
        await host.StoreAsync(TestHost.Minutes(0, 600));
        await host.DrainAsync();
        Assert.Equal(
            600L,
            await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY' AND raw->'version' = '1'")
        );
        await host.AskAsync("DXY/1m", 0, 600);
        await host.DrainAsync();
        Assert.Equal(
            600L,
            await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY' AND raw->'version' = '1'")
        );
    }

    [Theory]
    [InlineData(3)]
    [InlineData(600)]
    public async Task Samples_that_end_after_the_minute_was_derived_make_it_anew_and_stay_when_all_is_derived_again(int minutes)
    {
        await using var host = await OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, minutes));
        await host.DrainAsync();
        Assert.True(await SaveAsync(host, Minute(0)));
        await host.DrainAsync();
        var rows = await host.TextsAsync(Rows);
        Assert.Equal("08:00 v3 -0.00020000 0.00020000 0.00020000 60 of 60", rows[0]);
        Assert.Equal(minutes - 1, rows.Count(row => row.Contains(" v2 ", StringComparison.Ordinal)));

        // What was sampled is kept by the row itself.
        await host.RunAsync("DELETE FROM dxy.sampled_minute");
        await host.AskAsync("DXY/1m", 0, minutes);
        await host.DrainAsync();
        Assert.Equal(rows, await host.TextsAsync(Rows));
        await new DueStore(host.Data).RequestAsync(
            Series.Parse("DXY/1m"),
            new TimeRange(TestHost.Minute(0), TestHost.Minute(minutes)),
            "request",
            DerivingRules.Sampled,
            false,
            TestHost.Token
        );
        await host.DrainAsync();
        Assert.Equal(rows, await host.TextsAsync(Rows));
    }

    [Fact]
    public async Task A_corrected_input_moves_the_close_widens_the_rest_and_the_row_says_amended()
    {
        await using var host = await OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 1));
        await SaveAsync(host, Minute(0, 0.2m));
        await host.DrainAsync();
        await host.RunAsync("UPDATE data_bars SET open = 1.2, high = 1.2, low = 1.08, close = 1.2 WHERE canonical_symbol = 'EURUSD'");
        await host.DrainAsync();
        var row = Assert.Single(await host.TextsAsync(Rows));
        Assert.EndsWith(" 60 of 60 amended", row, StringComparison.Ordinal);
        Assert.Contains(" 0.00000000 60", row, StringComparison.Ordinal);
        Assert.True(
            await host.ValueAsync<bool>(
                $"SELECT high = {Level + 0.2m} AND open = {Level - 0.2m} AND low = close AND close < {Level - 1} "
                    + "FROM data_bars WHERE canonical_symbol = 'DXY'"
            )
        );
    }

    [Fact]
    public async Task A_minute_with_a_hole_says_how_many_samples_of_how_many()
    {
        await using var host = await OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 1));
        await SaveAsync(host, Minute(0, samples: 41));
        await host.DrainAsync();
        Assert.EndsWith(" 41 of 60", Assert.Single(await host.TextsAsync(Rows)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_finds_what_the_pairs_highs_and_lows_deny_and_a_close_that_is_another()
    {
        await using var host = await OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 3));
        await SaveAsync(host, Minute(0, 20));
        await SaveAsync(host, Minute(1));
        await host.DrainAsync();
        Assert.Equal([TestHost.Minute(0)], (await VerifyAsync(host)).Differences.Select(one => one.Time));
        await host.RunAsync(
            $"UPDATE data_bars SET close = close + 0.0001 WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(1)}'"
        );
        Assert.Equal([TestHost.Minute(0), TestHost.Minute(1)], (await VerifyAsync(host)).Differences.Select(one => one.Time));
    }

    [Fact]
    public async Task Of_two_who_sample_one_minute_only_one_can_save()
    {
        await using var host = await OpenAsync(server);
        Assert.True(await SaveAsync(host, Minute(0), isEnded: false));
        Assert.False(await SaveAsync(host, Minute(0), isEnded: false));
        Assert.True(await SaveAsync(host, Minute(0), 1, isEnded: false));
        var saved = Assert.Single(await new SampledMinuteStore(host.Data).LoadAsync(Dxy, TestHost.Token));
        Assert.Equal(new SavedSamples(Minute(0), 2), saved);
        Assert.Empty(await host.TextsAsync("SELECT id::text FROM dxy.due"));
        Assert.True(await SaveAsync(host, Minute(0), 2));
        Assert.Empty(await new SampledMinuteStore(host.Data).LoadAsync(Dxy, TestHost.Token));
        Assert.Equal("request", await host.ValueAsync<string>("SELECT cause FROM dxy.due"));
    }

    [Fact]
    public async Task An_older_component_counts_as_long_as_its_own_maximum_age()
    {
        await using var host = await OpenAsync(server, ", \"max_ages\": {\"USDSEK\": 8}");
        await host.StoreAsync(
            TestHost
                .AllSix(0)
                .Concat(Enumerable.Range(1, 10).SelectMany(minute => TestHost.AllSix(minute).Where(bar => bar.Symbol.Name != "USDSEK")))
        );
        await host.DrainAsync();
        Assert.Equal(9, (await host.TextsAsync(Rows)).Count);
        await host.RunAsync("UPDATE data_bars SET high = 10.5, close = 10.5 WHERE canonical_symbol = 'USDSEK'");
        await host.DrainAsync();
        Assert.Single((await host.TextsAsync("SELECT DISTINCT close::text FROM data_bars WHERE canonical_symbol = 'DXY'")));
    }
}
