using DxyOrleans.Bars.Forming;
using DxyOrleans.Core.Bars;
using DxyOrleans.Schema;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Upgrade;

/// <summary>
/// A database as an earlier build left it: work that is due, forming bars, and a run in the middle of its fourth phase. <c>make-fixture</c>
/// made it, by the installer, the derivers and the engine of commit 2472c4d.
/// </summary>
public sealed class EarlierSchemaTests(TestServer server)
{
    [Fact]
    public async Task Applying_leaves_nothing_to_do_and_nothing_to_complain_of()
    {
        await using var earlier = await LegacyHost.RestoreAsync(server);
        await ApplyAsync(earlier);
        Assert.Empty(await SchemaCheck.DifferencesAsync(earlier.Data, TestHost.Token));
        Assert.Empty(await Installer(earlier).PlanAsync(TestHost.Token));
        Assert.Equal(0, await earlier.CountAsync("dxy.journal WHERE scriptname ~ '^(functions/[0-9]|schema_start)'"));
    }

    [Fact]
    public async Task Applying_loses_no_row_of_ours()
    {
        await using var earlier = await LegacyHost.RestoreAsync(server);
        const string Counts = """
            SELECT 'due ' || count(*) FROM dxy.due UNION ALL SELECT 'change ' || count(*) FROM dxy.change UNION ALL
              SELECT 'touch ' || count(*) FROM dxy.touch
            UNION ALL SELECT 'batch ' || count(*) FROM dxy.run_batch UNION ALL SELECT 'event ' || count(*) FROM dxy.run_event
            UNION ALL SELECT 'conflict ' || count(*) FROM dxy.run_conflict UNION ALL SELECT 'saved ' || count(*) FROM dxy.run_saved
            UNION ALL SELECT 'route ' || mode FROM dxy.route UNION ALL SELECT 'run ' || state || ' ' || step FROM dxy.run
            """;
        var (rows, bars) = (await earlier.TestHost.TextsAsync(Counts), await earlier.FingerprintAsync());
        Assert.DoesNotContain(rows, row => row is "due 0" or "change 0" or "touch 0" or "batch 0");
        Assert.Contains("run running copy/bars", rows);

        await ApplyAsync(earlier);
        Assert.Equal(rows, await earlier.TestHost.TextsAsync(Counts));
        Assert.Equal(bars, await earlier.FingerprintAsync());
        Assert.Equal(0, await earlier.BrokenEventsAsync());
        foreach (var pair in (string[])["EURUSD", "USDJPY"])
        {
            var forming = Assert.Single(await new FormingBarStore(earlier.Data).LoadAsync(TestHost.One(pair), TestHost.Token));
            Assert.Equal((1.25m, 1.5m, 2), (forming.Bar.Open, forming.Bar.Close, forming.Bar.Ticks));
        }
    }

    [Fact]
    public async Task What_was_due_is_derived()
    {
        await using var earlier = await LegacyHost.RestoreAsync(server);
        await ApplyAsync(earlier);
        await earlier.TestHost.DrainAsync();
        Assert.Equal(0, await earlier.CountAsync("dxy.change"));
        Assert.Equal(0, await earlier.CountAsync("dxy.due WHERE to_ts <= dxy.now() - interval '5 minutes'"));
        Assert.Equal(0, await earlier.CountAsync("dxy.due WHERE attempts > 0"));
    }

    [Fact]
    public async Task A_write_is_mirrored_and_seen_by_the_run_as_before()
    {
        await using var earlier = await LegacyHost.RestoreAsync(server);
        await ApplyAsync(earlier);
        var seen = await earlier.CountAsync("dxy.touch WHERE NOT own AND table_name = 'derived_data_bars'");
        await earlier.WriteLegacyAsync(1440 + earlier.MinutesSinceOpen, 1);
        Assert.Equal(seen + 1, await earlier.CountAsync("dxy.touch WHERE NOT own AND table_name = 'derived_data_bars'"));
        Assert.Equal(
            1,
            await earlier.CountAsync(
                $"data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc = "
                    + $"'{TestHost.Minute(1440 + earlier.MinutesSinceOpen)}'"
            )
        );
    }

    static SchemaInstaller Installer(LegacyHost host) => new(host.TestHost.Database.ConnectionString, TimeProvider.System);

    internal static Task<IReadOnlyList<string>> ApplyAsync(LegacyHost host) => Installer(host).ApplyAsync(TestHost.Token);
}
