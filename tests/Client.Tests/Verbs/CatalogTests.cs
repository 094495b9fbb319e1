using System.Globalization;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

public sealed class CatalogTests(TestServer server)
{
    [Fact]
    public async Task What_is_added_from_the_catalogue_is_derived_verified_and_like_any_other_index()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(20));
        Assert.Equal(17, (await dxy.RunAsync("symbols", "catalog", "--json")).Json.GetProperty("indexes").GetArrayLength());
        var added = await dxy.RunAsync("symbols", "add", "--from-catalog", "eurx,USD5SEK", "--from-catalog", "crosses", "--json");
        Assert.Equal(0, added.Code);
        Assert.Equal(17, added.Json.GetProperty("saved").GetArrayLength());
        foreach (var index in new[] { "EURX", "USD5SEK", "EURJPY", "CADSEK" })
        {
            Assert.Equal(0, (await dxy.RunAsync(["verify", index, .. Dxy.Range(20)])).Code);
            var gaps = (await dxy.RunAsync(["gaps", index, "--json", .. Dxy.Range(20)])).Json;
            Assert.Equal(0, gaps.GetProperty("missing_minutes").GetInt32());
        }

        // By PostgreSQL's own arithmetic.
        Assert.Equal(
            20L,
            await dxy.Database.ValueAsync<long>(
                """
                SELECT count(*) FROM data_bars AS x
                WHERE x.canonical_symbol = 'EURX' AND x.close = (
                  SELECT round(34.38805726 * exp(sum(w.exponent * ln(b.close))), 8)
                  FROM data_bars AS b JOIN (VALUES ('EURUSD', 1.0), ('GBPUSD', -0.3056), ('USDJPY', 0.1891),
                         ('USDCHF', 0.1113), ('USDSEK', 0.0785)) AS w(pair, exponent)
                    ON w.pair = b.canonical_symbol
                  WHERE b.timeframe = '1m' AND b.ts_utc = x.ts_utc)
                """
            )
        );
    }

    [Fact]
    public async Task A_name_that_is_a_vendors_own_series_is_refused_and_another_name_taken()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.Database.RunAsync(
            "INSERT INTO core_asset_registry_all (canonical_symbol, asset_class, active, metadata) VALUES ('EURJPY', 'fx', true, '{}')"
        );
        var refused = await dxy.RunAsync("symbols", "add", "--from-catalog", "EURJPY");
        Assert.Equal(5, refused.Code);
        Assert.Contains("--as EURJPY.X", refused.Out, StringComparison.Ordinal);
        Assert.Equal(0, (await dxy.RunAsync("symbols", "add", "--from-catalog", "EURJPY", "--as", "EURJPY.X")).Code);
        Assert.Equal(2, (await dxy.RunAsync("symbols", "add", "--from-catalog", "EURX,USD5SEK", "--as", "X")).Code);
        Assert.Equal(2, (await dxy.RunAsync("symbols", "add", "--from-catalog", "NOPE")).Code);
        Assert.Equal(2, (await dxy.RunAsync("symbols", "add")).Code);
    }

    [Fact]
    public async Task A_rebased_index_goes_on_at_its_level_by_its_new_weights_and_keeps_what_was_before()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(20));
        await dxy.RunAsync("symbols", "add", "--from-catalog", "EURX");
        const string Before =
            "SELECT string_agg(close::text, ',' ORDER BY ts_utc) FROM data_bars WHERE canonical_symbol = 'EURX' "
            + "AND ts_utc < '2019-10-07 10:10Z'";
        var before = await dxy.Database.ValueAsync<string>(Before);

        var rebased = await dxy.RunAsync([
            "symbols",
            "rebase",
            "EURX",
            "--since",
            "2019-10-07T10:10:00Z",
            "--exponent",
            "EURUSD=0.9,USDJPY=0.2891",
            "--json",
        ]);
        Assert.Equal(0, rebased.Code);
        Assert.Equal("2019-10-07T10:09:00Z", rebased.Json.GetProperty("closes_of").GetString());
        Assert.Equal(
            rebased.Json.GetProperty("level").GetDecimal(),
            await dxy.Database.ValueAsync<decimal>(
                "SELECT close FROM data_bars WHERE canonical_symbol = 'EURX' AND ts_utc = '2019-10-07 10:09Z'"
            )
        );
        Assert.Equal(before, await dxy.Database.ValueAsync<string>(Before));

        // From there on each minute is by the new weights.
        var factor = rebased.Json.GetProperty("factor").GetDouble().ToString("R", CultureInfo.InvariantCulture);
        Assert.Equal(
            10L,
            await dxy.Database.ValueAsync<long>(
                $"""
                SELECT count(*) FROM data_bars AS x
                WHERE x.canonical_symbol = 'EURX' AND x.ts_utc >= '2019-10-07 10:10Z' AND x.close = (
                  SELECT round({factor} * exp(sum(w.exponent * ln(b.close))), 8)
                  FROM data_bars AS b JOIN (VALUES ('EURUSD', 0.9), ('GBPUSD', -0.3056), ('USDJPY', 0.2891),
                         ('USDCHF', 0.1113), ('USDSEK', 0.0785)) AS w(pair, exponent)
                    ON w.pair = b.canonical_symbol
                  WHERE b.timeframe = '1m' AND b.ts_utc = x.ts_utc)
                """
            )
        );
        Assert.Equal(0, (await dxy.RunAsync(["verify", "EURX", .. Dxy.Range(20)])).Code);
        var sql = (await dxy.RunAsync(["verify", "EURX", "--sql", .. Dxy.Range(20)])).Out;
        await using (var command = dxy.Database.Data.CreateCommand(sql))
        await using (var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken))
        {
            Assert.False(reader.HasRows);
        }

        var why = (await dxy.RunAsync("explain", "EURX", "2019-10-07T10:15:00Z", "--json")).Json;
        Assert.Equal(why.GetProperty("close").GetDecimal(), why.GetProperty("recomputed").GetDecimal());

        // Nothing before the last period can be rebased, nor where there are no closes to go on from.
        Assert.Equal(
            2,
            (await dxy.RunAsync("symbols", "rebase", "EURX", "--since", "2019-10-07T10:05:00Z", "--exponent", "EURUSD=1")).Code
        );
        Assert.Equal(
            2,
            (await dxy.RunAsync("symbols", "rebase", "EURX", "--since", "2019-10-07T10:15:00Z", "--exponent", "AUDUSD=1")).Code
        );
        Assert.Equal(
            11,
            (await dxy.RunAsync("symbols", "rebase", "EURX", "--since", "2019-12-07T10:15:00Z", "--exponent", "EURUSD=1")).Code
        );
    }
}
