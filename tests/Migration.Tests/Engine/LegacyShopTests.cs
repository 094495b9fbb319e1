using DxyOrleans.Core.Bars;
using DxyOrleans.Deriving;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Engine;

public sealed class LegacyShopTests(TestServer server)
{
    [Fact]
    public async Task A_legacy_shop_keeps_its_index_in_the_old_table_with_the_dirt_it_was_asked_for()
    {
        await using var shop = await LegacyShop.OpenAsync(
            server,
            LegacyOptions.Dirty with
            {
                Minutes = 250,
                Partial = 3,
                TargetVendor = 5,
            }
        );

        Assert.Equal(
            250 + 12,
            await shop.Shop.CountAsync("public.derived_data_bars WHERE canonical_symbol = 'DXY' AND deleted_at IS NULL")
        );
        Assert.Equal(40, await shop.Shop.CountAsync("public.derived_data_bars WHERE deleted_at IS NOT NULL AND close = 9999"));
        Assert.Equal(3, await shop.Shop.CountAsync("public.derived_data_bars WHERE is_partial"));
        Assert.Equal(7, await shop.Shop.CountAsync("public.derived_data_bars WHERE source = 'backfill'"));
        Assert.Equal(5, await shop.Shop.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(250 * 6, await shop.Shop.CountAsync("public.data_bars WHERE canonical_symbol <> 'DXY'"));
    }

    [Fact]
    public async Task Its_bars_are_those_the_formula_gives()
    {
        await using var shop = await LegacyShop.OpenAsync(server, new LegacyOptions { Minutes = 20, Registered = true });
        await shop.Shop.RunAsync("UPDATE dxy.route SET mode = 'new'");
        var legacy = await shop.Shop.TextsAsync(
            "SELECT ts_utc || ' ' || close FROM public.derived_data_bars WHERE canonical_symbol = 'DXY' ORDER BY 1"
        );
        await shop.Shop.RunAsync(
            "DELETE FROM public.derived_data_bars WHERE canonical_symbol = 'DXY'; UPDATE dxy.adopted SET definition = '{}'; SELECT "
                + "dxy.adopt_targets()"
        );
        await shop.Shop.DrainAsync();

        Assert.Equal(
            legacy,
            await shop.Shop.TextsAsync("SELECT ts_utc || ' ' || close FROM public.data_bars WHERE canonical_symbol = 'DXY' ORDER BY 1")
        );
    }

    [Fact]
    public async Task A_fingerprint_tells_every_business_value_and_nothing_else()
    {
        await using var shop = await LegacyShop.OpenAsync(server, new LegacyOptions { Minutes = 3 });
        var before = await shop.FingerprintAsync();
        await shop.Shop.RunAsync("UPDATE public.derived_data_bars SET raw = '{}', updated_at = now()");
        Assert.Equal(before, await shop.FingerprintAsync());

        await shop.Shop.RunAsync($"UPDATE public.derived_data_bars SET vwap = 0 WHERE ts_utc = '{Shop.Minute(1)}'");
        Assert.NotEqual(before, await shop.FingerprintAsync());
        Assert.NotEqual(
            before.Where(line => line.Contains("DXY", StringComparison.Ordinal)),
            await shop.FingerprintAsync(Symbol.Parse("DXY"))
        );
    }

    [Fact]
    public async Task What_changes_in_its_tables_is_expanded_though_they_lack_columns()
    {
        await using var shop = await LegacyShop.OpenAsync(
            server,
            new LegacyOptions
            {
                MissingColumns = true,
                MissingKey = true,
                Registered = true,
            }
        );
        await shop.Shop.RunAsync(LegacyTables.Fx(300, 1));

        Assert.True(await new DueStore(shop.Data).ExpandAsync(Shop.Token) > 0);
        Assert.True(
            await shop.Shop.CountAsync("dxy.due WHERE symbol = 'DXY' AND from_ts <= '2024-03-04 13:00Z' AND to_ts > '2024-03-04 13:00Z'")
                > 0
        );
    }
}
