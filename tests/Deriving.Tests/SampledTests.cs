using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>What the old system sampled within a minute can't be derived again, and stands.</summary>
public sealed class SampledTests(TestServer server)
{
    static readonly TimeRange All = new(TestHost.Minute(0), TestHost.Minute(240));

    static readonly decimal Level = IndexFormula.Level(IndexDefinition.Dxy, [1.0843, 150.12, 1.2654, 1.3561, 10.3712, 0.8843]);

    // Without the index the rows are derived_data_bars' or data_bars', by the route.
    static async Task<TestHost> WithAsync(
        TestServer server,
        string mode,
        decimal close,
        string raw = "{\"kind\":\"dxy\",\"version\":1}",
        bool partial = false,
        int minutes = 1
    )
    {
        var host = await TestHost.OpenAsync(server);
        await host.RunAsync($"SELECT dxy.flip_route('DXY', '{mode}')");
        for (var minute = 0; minute < minutes; minute++)
        {
            await host.RunAsync(
                $"""
                INSERT INTO {(mode is "new" or "both_read_new" ? "data_bars" : "derived_data_bars")}
                  (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source, raw, is_partial)
                VALUES ('DXY', '1m', '{TestHost.Minute(
                    minute
                )}', {close}, {close} + 0.2, {close} - 0.2, {close}, 7, 'synthetic', '{raw}', {partial})
                """
            );
        }

        await host.StoreAsync(TestHost.AllSix(0));
        return host;
    }

    static string Rows(string table) => $"SELECT high - low || ' ' || vol FROM {table} WHERE canonical_symbol = 'DXY' AND timeframe = '1m'";

    [Theory]
    [InlineData("legacy", "derived_data_bars")]
    [InlineData("new", "data_bars")]
    public async Task A_bar_with_the_derived_close_keeps_its_own_high_and_low_and_is_equal(string mode, string table)
    {
        await using var host = await WithAsync(server, mode, Level);
        var slices = new List<SliceOutcome>();
        await new DueStore(host.Data).ExpandAsync(TestHost.Token);
        await (await host.DeriverAsync("DXY/1m")).DrainAsync(slices.Add, TestHost.Token);
        Assert.Equal((0, 0, 1), (slices.Sum(slice => slice.New), slices.Sum(slice => slice.Changed), slices.Sum(slice => slice.Equal)));
        Assert.Equal(["0.40000000 7"], await host.TextsAsync(Rows(table)));

        var rule = await host.RuleAsync("DXY/1m");
        Assert.Empty((await new TargetVerifier(host.Data, rule).CompareAsync(All, false, TestHost.Token)).Differences);
        await host.RunAsync("DELETE FROM dxy.due; DELETE FROM dxy.change");
        Assert.Equal(0, await new Sweeper(host.Data, rule).SweepAsync(All, TestHost.Token));
    }

    [Theory]
    [InlineData(0, "{\"kind\":\"dxy\",\"inputs\":{\"EURUSD\":1.1}}", false)]
    [InlineData(0, "{\"kind\":\"dxy\"}", true)]
    [InlineData(1, "{\"kind\":\"dxy\"}", false)]
    public async Task One_of_ours_or_partial_or_with_another_close_is_derived_anew(int off, string raw, bool partial)
    {
        await using var host = await WithAsync(server, "legacy", Level + (off * 0.00000001m), raw, partial);
        await host.DrainAsync();
        Assert.Equal(["0.00000000 0"], await host.TextsAsync(Rows("derived_data_bars")));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(null, true)]
    public async Task Asking_for_the_range_replaces_it(int? version, bool prune)
    {
        await using var host = await WithAsync(server, "legacy", Level);
        await new DueStore(host.Data).RequestAsync(
            TestHost.One("DXY"),
            All,
            "request",
            version is { } number ? DerivingRules.Of(number) : null,
            prune,
            TestHost.Token
        );
        await host.DrainAsync();
        Assert.Equal(["0.00000000 0"], await host.TextsAsync(Rows("derived_data_bars")));
    }

    [Fact]
    public async Task A_copied_bar_with_another_close_is_different_but_the_sweep_lets_it_be()
    {
        await using var host = await WithAsync(server, "new", 99, "{\"kind\":\"dxy\",\"migration\":\"m1\"}");
        await host.RunAsync("DELETE FROM dxy.due; DELETE FROM dxy.change");
        var rule = await host.RuleAsync("DXY/1m");
        Assert.Equal(
            DifferenceKind.Different,
            Assert.Single((await new TargetVerifier(host.Data, rule).CompareAsync(All, true, TestHost.Token)).Differences).Kind
        );
        Assert.Equal(0, await new Sweeper(host.Data, rule).SweepAsync(All, TestHost.Token));
        Assert.Equal(0, await host.CountAsync("dxy.due"));

        await host.RunAsync(
            "UPDATE data_bars SET raw = '{\"kind\":\"dxy\",\"version\":1,\"inputs\":{\"EURUSD\":1}}' WHERE canonical_symbol = 'DXY'; "
                + "DELETE FROM dxy.change"
        );
        Assert.Equal(1, await new Sweeper(host.Data, rule).SweepAsync(All, TestHost.Token));
    }

    [Fact]
    public async Task A_copied_bar_of_ours_is_equal_and_keeps_its_mark()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 3));
        await host.DrainAsync();
        await host.RunAsync(
            "UPDATE data_bars SET raw = raw || '{\"migration\":\"m1\",\"orig_source\":\"derived\",\"orig_version\":1}' WHERE "
                + "canonical_symbol = 'DXY'"
        );
        await new DueStore(host.Data).RequestAsync(TestHost.One("DXY"), All, "request", null, false, TestHost.Token);
        await host.DrainAsync();
        Assert.Equal(3, await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE raw->>'migration' = 'm1'"));
    }
}
