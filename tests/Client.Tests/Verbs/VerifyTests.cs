using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

public sealed class VerifyTests(TestServer server)
{
    // None of these may be mended behind the verifier's back: nobody works the backlog off here.
    [Theory]
    [InlineData(
        "UPDATE data_bars SET close = close + 0.00000001, high = high + 1 WHERE canonical_symbol = 'DXY' AND ts_utc = "
            + "'2019-10-07T10:07:00Z'",
        "different"
    )]
    [InlineData("DELETE FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '2019-10-07T10:07:00Z'", "missing")]
    [InlineData(
        "INSERT INTO data_bars SELECT canonical_symbol, timeframe, ts_utc + interval '2 hours', open, high, low, close, vol, vwap, "
            + "trade_count, is_partial, source, now(), '{}', now(), now() FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = "
            + "'2019-10-07T10:07:00Z'",
        "unexplained"
    )]
    [InlineData(
        "INSERT INTO data_bars SELECT canonical_symbol, timeframe, ts_utc + interval '2 hours', 99, 99, 99, 99, vol, vwap, trade_count, "
            + "is_partial, source, now(), raw, now(), now() FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = "
            + "'2019-10-07T10:07:00Z'",
        "unexplained"
    )]
    [InlineData(
        "UPDATE data_bars SET raw = jsonb_set(raw, '{inputs,EURUSD}', '1.2') WHERE canonical_symbol = 'DXY' AND ts_utc = "
            + "'2019-10-07T10:07:00Z'",
        "different"
    )]
    [InlineData(
        "UPDATE derived_data_bars SET high = high + 1 WHERE canonical_symbol = 'DXY' AND timeframe = '5m' AND ts_utc = "
            + "'2019-10-07T10:05:00Z'",
        "different"
    )]
    [InlineData("DELETE FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1h'", "missing")]
    public async Task A_mutation_of_what_is_stored_is_found(string mutation, string kind)
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(60));
        var equal = await Verify(dxy);
        Assert.True(equal.Code == 0, equal.ToString());
        Assert.Equal(1, await dxy.Database.RunAsync(mutation));
        var called = await Verify(dxy);
        Assert.Equal(10, called.Code);
        var found = called
            .Json.GetProperty("targets")
            .EnumerateArray()
            .SelectMany(target => target.GetProperty("differences").EnumerateArray())
            .ToList();
        Assert.Contains(found, difference => difference.GetProperty("kind").GetString() == kind);
    }

    [Fact]
    public async Task Swapped_values_are_found()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(10));
        await dxy.Database.RunAsync(
            """
            UPDATE data_bars AS a SET open = b.open, high = b.high, low = b.low, close = b.close FROM data_bars AS b
            WHERE a.canonical_symbol = 'DXY' AND b.canonical_symbol = 'DXY'
              AND (a.ts_utc, b.ts_utc) IN (('2019-10-07T10:02:00Z', '2019-10-07T10:03:00Z'), ('2019-10-07T10:03:00Z',
                '2019-10-07T10:02:00Z'))
            """
        );
        var called = await Verify(dxy);
        Assert.Equal(10, called.Code);
        Assert.Equal(2, called.Json.GetProperty("targets")[0].GetProperty("different").GetInt32());
    }

    [Fact]
    public async Task Nothing_stored_could_not_be_compared()
    {
        await using var dxy = await Dxy.OnAsync(server);
        Assert.Equal(11, (await Verify(dxy)).Code);
        await dxy.RunAsync("import", dxy.Pairs(10), "--no-derive");
        Assert.Equal(11, (await Verify(dxy)).Code);
    }

    [Fact]
    public async Task Rows_whose_pairs_were_purged_stand_as_inputs_gone()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(60));
        await dxy.Database.RunAsync(
            $"DELETE FROM data_bars WHERE canonical_symbol <> 'DXY' AND ts_utc < '{Dxy.Monday + TimeSpan.FromMinutes(30)}'"
        );
        var called = await dxy.RunAsync(["verify", "DXY", "--timeframe", "1m", "--json", .. Dxy.Range(60)]);
        Assert.True(called.Code == 0, called.ToString());
        Assert.Equal(30, called.Json.GetProperty("targets")[0].GetProperty("inputs_gone").GetInt32());
    }

    [Fact]
    public async Task The_query_for_strangers_finds_nothing_in_sound_bars_and_the_bar_that_was_changed()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(60));
        foreach (var timeframe in (string[])["1m", "5m", "1h"])
        {
            var query = (await dxy.RunAsync(["verify", "DXY", "--sql", "--timeframe", timeframe, .. Dxy.Range(60)])).Out;
            Assert.Equal(0, await Rows(dxy, query));
            await dxy.Database.RunAsync(
                $"UPDATE {(timeframe == "1m" ? "data_bars" : "derived_data_bars")} SET high = high + 1 WHERE canonical_symbol = 'DXY' "
                    + $"AND timeframe = '{timeframe}' AND ts_utc = '{Dxy.Monday}'"
            );
            Assert.Equal(1, await Rows(dxy, query));
            await dxy.Database.RunAsync(
                $"UPDATE {(timeframe == "1m" ? "data_bars" : "derived_data_bars")} SET high = high - 1 WHERE canonical_symbol = 'DXY' "
                    + $"AND timeframe = '{timeframe}' AND ts_utc = '{Dxy.Monday}'"
            );
        }
    }

    static Task<long> Rows(Dxy dxy, string query) =>
        dxy.Database.ValueAsync<long>($"SELECT count(*) FROM ({query.TrimEnd().TrimEnd(';')}) AS q");

    static Task<Called> Verify(Dxy dxy) =>
        dxy.RunAsync("verify", "DXY", "--json", "--from", "2019-10-07T10:00:00Z", "--to", "2019-10-07T14:00:00Z");
}
