using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests.Auditing;

/// <summary>Changing an index's deriving version changes nothing stored: the sweep doesn't take what only the new rule would give for
/// missed.</summary>
public sealed class RuleChangeTests(TestServer server)
{
    const string Adopt = "SELECT dxy.adopt_targets()";
    const string CarryForward =
        "UPDATE core_asset_registry_all SET metadata = metadata || '{\"deriving_version\": 2, \"max_age_minutes\": 5}' WHERE "
        + "canonical_symbol = 'DXY'";
    static readonly TimeRange All = new(TestHost.Minute(0), TestHost.Minute(60));

    [Fact]
    public async Task Minutes_that_the_earlier_version_left_out_are_not_missed()
    {
        await using var host = await ThinAsync(server);
        await host.RunAsync(CarryForward);
        await host.RunAsync(Adopt);
        Assert.Equal(0, await new Sweeper(host.Data, await host.RuleAsync("DXY/1m")).SweepAsync(All, TestHost.Token));
        Assert.Equal(0, await host.CountAsync("dxy.missed"));
    }

    [Fact]
    public async Task A_minute_that_either_version_gives_is()
    {
        await using var host = await ThinAsync(server);
        await host.RunAsync(CarryForward);
        await host.RunAsync(Adopt);
        await host.RunAsync(
            "ALTER TABLE data_bars DISABLE TRIGGER USER; DELETE FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 "
                + "08:20Z'; ALTER TABLE data_bars ENABLE TRIGGER USER"
        );
        Assert.Equal(1, await new Sweeper(host.Data, await host.RuleAsync("DXY/1m")).SweepAsync(All, TestHost.Token));
    }

    [Fact]
    public async Task An_index_that_always_carried_forward_is_judged_by_it()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(CarryForward);
        await host.RunAsync(Adopt);
        await host.RunAsync("ALTER TABLE data_bars DISABLE TRIGGER USER");
        await StoreThinAsync(host);
        Assert.Equal(30, await new Sweeper(host.Data, await host.RuleAsync("DXY/1m")).SweepAsync(All, TestHost.Token));
    }

    static async Task<TestHost> ThinAsync(TestServer server)
    {
        var host = await TestHost.OpenAsync(server);
        await host.RunAsync(Adopt);
        await StoreThinAsync(host);
        await host.DrainAsync();
        Assert.Equal(27, await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'"));
        return host;
    }

    // Half an hour, the last pair silent in three minutes of it.
    static Task StoreThinAsync(TestHost host) =>
        host.StoreAsync(
            TestHost
                .Minutes(0, 30)
                .Where(bar => bar.Symbol.Name != TestHost.Pairs[^1] || bar.Time < TestHost.Minute(10) || bar.Time >= TestHost.Minute(13))
        );
}
