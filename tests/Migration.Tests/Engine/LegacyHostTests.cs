using DxyOrleans.Core.Bars;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Engine;

public sealed class LegacyHostTests(TestServer server)
{
    [Fact]
    public async Task A_legacy_host_keeps_its_index_in_the_old_table_with_the_dirt_it_was_asked_for()
    {
        await using var host = await LegacyHost.OpenAsync(
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
            await host.TestHost.CountAsync("public.derived_data_bars WHERE canonical_symbol = 'DXY' AND deleted_at IS NULL")
        );
        Assert.Equal(40, await host.TestHost.CountAsync("public.derived_data_bars WHERE deleted_at IS NOT NULL AND close = 9999"));
        Assert.Equal(3, await host.TestHost.CountAsync("public.derived_data_bars WHERE is_partial"));
        Assert.Equal(7, await host.TestHost.CountAsync("public.derived_data_bars WHERE source = 'backfill'"));
        Assert.Equal(5, await host.TestHost.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(250 * 6, await host.TestHost.CountAsync("public.data_bars WHERE canonical_symbol <> 'DXY'"));
    }

    [Fact]
    public async Task Its_bars_are_those_the_formula_gives()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 20, Registered = true });
        await host.TestHost.RunAsync("UPDATE dxy.route SET mode = 'new'");
        var legacy = await host.TestHost.TextsAsync(
            "SELECT ts_utc || ' ' || close FROM public.derived_data_bars WHERE canonical_symbol = 'DXY' ORDER BY 1"
        );
        await host.TestHost.RunAsync(
            "DELETE FROM public.derived_data_bars WHERE canonical_symbol = 'DXY'; UPDATE dxy.adopted SET definition = '{}'; SELECT "
                + "dxy.adopt_targets()"
        );
        await host.TestHost.DrainAsync();

        Assert.Equal(
            legacy,
            await host.TestHost.TextsAsync("SELECT ts_utc || ' ' || close FROM public.data_bars WHERE canonical_symbol = 'DXY' ORDER BY 1")
        );
    }

    [Fact]
    public async Task A_fingerprint_tells_every_business_value_and_nothing_else()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 3 });
        var before = await host.FingerprintAsync();
        await host.TestHost.RunAsync("UPDATE public.derived_data_bars SET raw = '{}', updated_at = now()");
        Assert.Equal(before, await host.FingerprintAsync());

        await host.TestHost.RunAsync($"UPDATE public.derived_data_bars SET vwap = 0 WHERE ts_utc = '{TestHost.Minute(1)}'");
        Assert.NotEqual(before, await host.FingerprintAsync());
        Assert.NotEqual(
            before.Where(line => line.Contains("DXY", StringComparison.Ordinal)),
            await host.FingerprintAsync(Symbol.Parse("DXY"))
        );
    }

    [Fact]
    public async Task What_changes_in_its_tables_is_expanded_though_they_lack_columns()
    {
        await using var host = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions
            {
                MissingColumns = true,
                MissingKey = true,
                Registered = true,
            }
        );
        await host.TestHost.RunAsync(LegacyTables.Fx(300, 1));

        Assert.True(await new DueStore(host.Data).ExpandAsync(TestHost.Token) > 0);
        Assert.True(
            await host.TestHost.CountAsync(
                "dxy.due WHERE symbol = 'DXY' AND from_ts <= '2024-03-04 13:00Z' AND to_ts > '2024-03-04 13:00Z'"
            ) > 0
        );
    }
}
