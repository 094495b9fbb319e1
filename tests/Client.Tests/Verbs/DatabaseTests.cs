using System.Diagnostics;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

/// <summary>Alone: removing drops roles, which are the whole server's, and which another test's database may just be about to
/// use.</summary>
[Collection(Alone.Name)]
public sealed class DatabaseTests(TestServer server)
{
    [Fact]
    public async Task Apply_shows_its_SQL_then_runs_it_then_has_nothing_to_do_and_remove_takes_all_of_it_out()
    {
        await using var dxy = await Dxy.OnAsync(server, schema: false);
        var plan = await dxy.RunAsync("db", "apply", "--dry-run");
        Assert.Contains("CREATE TABLE dxy.change", plan.Out, StringComparison.Ordinal);
        Assert.Contains("CREATE TRIGGER dxy_capture_insert", plan.Out, StringComparison.Ordinal);
        Assert.Equal(10, (await dxy.RunAsync("db", "check")).Code);
        Assert.Equal(0, (await dxy.RunAsync("db", "apply")).Code);
        Assert.Equal(0, (await dxy.RunAsync("db", "check")).Code);
        Assert.Empty((await dxy.RunAsync("db", "apply", "--json")).Json.GetProperty("applied").EnumerateArray());
        var removed = await dxy.RunAsync("db", "remove", "--yes");
        Assert.True(removed.Code == 0, removed.ToString());
        Assert.False(await dxy.Database.ValueAsync<bool>("SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname LIKE 'dxy%')"));
    }

    [Fact]
    public async Task The_SQL_that_is_shown_run_by_psql_leaves_what_applying_leaves()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/psql"), "psql isn't here");
        await using var byHand = await Dxy.OnAsync(server, schema: false);
        await using var applied = await Dxy.OnAsync(server, schema: false);
        var plan = byHand.Write("plan.sql", (await byHand.RunAsync("db", "apply", "--dry-run")).Out);
        var url = (await byHand.RunAsync("db", "url")).Out.Trim();
        using (
            var psql = Process.Start(
                new ProcessStartInfo("/usr/bin/psql", [url, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", plan])
                {
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                }
            )!
        )
        {
            var said = await psql.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await psql.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(psql.ExitCode == 0, said);
        }

        await applied.RunAsync("db", "apply");
        const string Journal = "SELECT string_agg(scriptname, ' ' ORDER BY scriptname) FROM dxy.journal";
        Assert.Equal(await applied.Database.ValueAsync<string>(Journal), await byHand.Database.ValueAsync<string>(Journal));
        Assert.Equal(0, (await byHand.RunAsync("db", "check")).Code);
        Assert.Empty((await byHand.RunAsync("db", "apply", "--json")).Json.GetProperty("applied").EnumerateArray());
    }

    [Fact]
    public async Task A_table_of_bars_can_be_made_in_monthly_partitions()
    {
        await using var dxy = await Dxy.OnAsync(server, schema: false);
        Assert.Equal(2, (await dxy.RunAsync("db", "apply", "--partitions", "weekly")).Code);
        Assert.Equal(2, (await dxy.RunAsync("db", "apply", "--from", "2026-01-01T00:00:00Z")).Code);
        Assert.Contains(
            "PARTITION BY RANGE (ts_utc)",
            (await dxy.RunAsync("db", "apply", "--partitions", "monthly", "--dry-run")).Out,
            StringComparison.Ordinal
        );
        Assert.Equal(0, (await dxy.RunAsync("db", "apply", "--partitions", "monthly", "--from", "2026-01-01T00:00:00Z")).Code);
        Assert.Equal(0, (await dxy.RunAsync("db", "check")).Code);
        Assert.True(
            await dxy.Database.ValueAsync<bool>(
                "SELECT to_regclass('public.data_bars_2026_01') IS NOT NULL AND to_regclass('public.data_bars_2025_12') IS NULL"
            )
        );
        Assert.Equal(0, (await dxy.RunAsync("db", "apply")).Code);
    }

    [Fact]
    public async Task A_trigger_that_was_disabled_is_told_by_check_and_by_health()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.Database.RunAsync("ALTER TABLE data_bars DISABLE TRIGGER dxy_capture_update");
        var check = await dxy.RunAsync("db", "check");
        Assert.Equal(10, check.Code);
        Assert.Contains("disabled: trigger dxy_capture_update on public.data_bars", check.Out, StringComparison.Ordinal);
        var health = await dxy.RunAsync("health");
        Assert.Equal(10, health.Code);
        Assert.Contains("FAIL  capture", health.Out, StringComparison.Ordinal);
        await dxy.RunAsync("db", "apply");
        Assert.Equal(0, (await dxy.RunAsync("db", "check")).Code);
    }

    [Fact]
    public async Task A_table_of_bars_without_its_key_is_told_by_every_verb_that_needs_it_with_what_to_do()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(10));
        await dxy.Database.RunAsync(
            "ALTER TABLE data_bars DROP CONSTRAINT data_bars_pkey; UPDATE data_bars SET close = close * 1.0001, high = high * 1.0001 "
                + "WHERE canonical_symbol = 'EURUSD'"
        );
        foreach (
            var (code, verb) in new (int, string[])[]
            {
                (10, ["db", "check"]),
                (10, ["db", "apply"]),
                (10, ["health"]),
                (10, ["derive", "DXY", .. Dxy.Range(10)]),
            }
        )
        {
            var told = await dxy.RunAsync(verb);
            Assert.Equal(code, told.Code);
            Assert.Contains("CREATE UNIQUE INDEX", told.Out, StringComparison.Ordinal);
        }

        var refused = await dxy.RunAsync("import", dxy.Pairs(11));
        Assert.Equal(4, refused.Code);
        Assert.Contains("CREATE UNIQUE INDEX", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_url_is_one_that_reaches_the_database()
    {
        await using var dxy = await Dxy.OnAsync(server);
        dxy.Variables["DXY_DATABASE"] = (await dxy.RunAsync("db", "url")).Out.Trim();
        Assert.StartsWith("postgresql://", dxy.Variables["DXY_DATABASE"], StringComparison.Ordinal);
        Assert.Equal(7, (await dxy.RunAsync("symbols", "--json")).Json.GetProperty("symbols").GetArrayLength());
    }

    [Fact]
    public async Task A_second_index_is_a_file_and_gets_its_history()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(10));
        var file = dxy.Write(
            "two.json",
            """
            [{ "symbol": "EURX", "asset_class": "currency_index", "metadata": { "is_synthetic": true, "components": ["EURUSD", "USDJPY"], "factor": 100,
                "exponents": { "EURUSD": -0.5, "USDJPY": 0.5 }, "since": "2000-01-01", "derived_timeframes": ["5m"] } },
             { "symbol": "BADX", "metadata": { "is_synthetic": true, "components": ["NOSUCH"], "factor": 1, "exponents": { "NOSUCH": 1 } } }]
            """
        );
        var called = await dxy.RunAsync("symbols", "add", file, "--json");
        Assert.Equal(5, called.Code);
        Assert.Equal("new", called.Json.GetProperty("saved")[0].GetProperty("outcome").GetString());
        Assert.Contains("NOSUCH", called.Json.GetProperty("refused")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.Equal(10, await dxy.Database.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'EURX'"));
        Assert.Equal(0, (await dxy.RunAsync(["verify", "EURX", .. Dxy.Range(10)])).Code);
    }

    [Fact]
    public async Task Derive_by_another_version_fills_what_the_strict_rule_left_and_says_what_it_did()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(10, (symbol, minute) => symbol == "USDSEK" && minute is 5));
        var strict = (await dxy.RunAsync(["derive", "DXY", "--json", .. Dxy.Range(10)])).Json.GetProperty("targets")[0];
        Assert.Equal(9, strict.GetProperty("equal").GetInt32());
        Assert.Equal(1, strict.GetProperty("skipped").GetProperty("USDSEK").GetInt32());
        var latest = (await dxy.RunAsync(["derive", "DXY", "--version", "2", "--json", .. Dxy.Range(10)])).Json.GetProperty("targets")[0];
        Assert.Equal(1, latest.GetProperty("inserted").GetInt32());
        Assert.Equal(9, latest.GetProperty("updated").GetInt32());
        Assert.Equal(0, (await dxy.RunAsync(["verify", "DXY", .. Dxy.Range(10)])).Code);
        Assert.Equal(0, (await dxy.RunAsync("due", "--json")).Json.GetProperty("due").GetArrayLength());
    }
}
