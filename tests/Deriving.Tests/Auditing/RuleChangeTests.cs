using DxyOrleans.Core.Time;
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
    static readonly TimeRange All = new(Shop.Minute(0), Shop.Minute(60));

    [Fact]
    public async Task Minutes_that_the_earlier_version_left_out_are_not_missed()
    {
        await using var shop = await ThinAsync(server);
        await shop.RunAsync(CarryForward);
        await shop.RunAsync(Adopt);
        Assert.Equal(0, await new Sweeper(shop.Data, await shop.RuleAsync("DXY/1m")).SweepAsync(All, Shop.Token));
        Assert.Equal(0, await shop.CountAsync("dxy.missed"));
    }

    [Fact]
    public async Task A_minute_that_either_version_gives_is()
    {
        await using var shop = await ThinAsync(server);
        await shop.RunAsync(CarryForward);
        await shop.RunAsync(Adopt);
        await shop.RunAsync(
            "ALTER TABLE data_bars DISABLE TRIGGER USER; DELETE FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 "
                + "08:20Z'; ALTER TABLE data_bars ENABLE TRIGGER USER"
        );
        Assert.Equal(1, await new Sweeper(shop.Data, await shop.RuleAsync("DXY/1m")).SweepAsync(All, Shop.Token));
    }

    [Fact]
    public async Task An_index_that_always_carried_forward_is_judged_by_it()
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.RunAsync(CarryForward);
        await shop.RunAsync(Adopt);
        await shop.RunAsync("ALTER TABLE data_bars DISABLE TRIGGER USER");
        await StoreThinAsync(shop);
        Assert.Equal(30, await new Sweeper(shop.Data, await shop.RuleAsync("DXY/1m")).SweepAsync(All, Shop.Token));
    }

    static async Task<Shop> ThinAsync(TestServer server)
    {
        var shop = await Shop.OpenAsync(server);
        await shop.RunAsync(Adopt);
        await StoreThinAsync(shop);
        await shop.DrainAsync();
        Assert.Equal(27, await shop.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'"));
        return shop;
    }

    // Half an hour, the last pair silent in three minutes of it.
    static Task StoreThinAsync(Shop shop) =>
        shop.StoreAsync(
            Shop.Minutes(0, 30).Where(bar => bar.Symbol.Name != Shop.Pairs[^1] || bar.Time < Shop.Minute(10) || bar.Time >= Shop.Minute(13))
        );
}
