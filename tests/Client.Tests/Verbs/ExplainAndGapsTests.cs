using System.Text.Json;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

public sealed class ExplainAndGapsTests(TestServer server)
{
    [Fact]
    public async Task A_derived_minute_is_taken_apart_and_the_contributions_add_up_to_its_move()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(10));
        var why = (await dxy.RunAsync("explain", "DXY", "2019-10-07T10:05:30Z", "--json")).Json;
        Assert.True(why.GetProperty("present").GetBoolean());
        Assert.Equal(why.GetProperty("close").GetDecimal(), why.GetProperty("recomputed").GetDecimal());
        Assert.Equal(6, why.GetProperty("inputs").GetArrayLength());
        var move = why.GetProperty("close").GetDecimal() - why.GetProperty("before_close").GetDecimal();
        var sum = why.GetProperty("inputs").EnumerateArray().Sum(input => input.GetProperty("contributed_points").GetDecimal());

        // Contributions are exact in logarithms: in points they agree to the second order of the move.
        Assert.InRange(sum - move, -0.00001m, 0.00001m);
        Assert.NotEqual(0, move);
    }

    [Fact]
    public async Task A_missing_minute_names_the_pair_since_when_and_what_would_mend_it()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(10, (symbol, minute) => symbol == "USDSEK" && minute is 5 or 6));
        var why = (await dxy.RunAsync("explain", "DXY", "2019-10-07T10:06:00Z", "--json")).Json;
        Assert.False(why.GetProperty("present").GetBoolean());
        Assert.Equal("missing: no USDSEK", why.GetProperty("status").GetString());
        Assert.Contains("import the minute of USDSEK", why.GetProperty("todo").GetString(), StringComparison.Ordinal);
        var missing = Assert.Single(why.GetProperty("inputs").EnumerateArray(), input => input.GetProperty("missing").GetBoolean());
        Assert.Equal("2019-10-07T10:04:00Z", missing.GetProperty("last_before").GetString());
        Assert.Equal("2019-10-07T10:07:00Z", missing.GetProperty("next_after").GetString());
    }

    [Theory]
    [InlineData("2019-10-12T10:00:00Z", "missing: the market is closed")]
    [InlineData("1998-10-12T10:00:00Z", "missing: the basket is valid from 1999-01-04T00:00:00Z")]
    [InlineData("2999-10-14T10:00:00Z", "missing: the minute hasn't ended")]
    public async Task A_minute_that_cannot_be_there_says_why(string time, string status)
    {
        await using var dxy = await Dxy.OnAsync(server);
        Assert.Equal(status, (await dxy.RunAsync("explain", "DXY", time, "--json")).Json.GetProperty("status").GetString());
    }

    [Fact]
    public async Task Inputs_that_nobody_derived_yet_are_due()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(5), "--no-derive");
        Assert.Equal(
            "missing: due, and not yet derived",
            (await dxy.RunAsync("explain", "DXY", "2019-10-07T10:01:00Z", "--json")).Json.GetProperty("status").GetString()
        );
    }

    [Fact]
    public async Task A_minute_that_is_set_aside_says_why_and_the_others_are_as_ever()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(10), "--no-derive");
        await dxy.Database.RunAsync(
            """
            ALTER TABLE data_bars DROP CONSTRAINT data_bars_pkey;
            SELECT dxy.flip_route('DXY', 'legacy');
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT canonical_symbol, timeframe, ts_utc, 2, 2, 2, 2, source FROM data_bars WHERE canonical_symbol = 'USDCAD'
              AND ts_utc = '2019-10-07 10:05Z';
            """
        );
        var derived = await dxy.RunAsync(["derive", "DXY", .. Dxy.Range(10)]);
        Assert.Equal(10, derived.Code);
        const string Reason = "USDCAD/1m stands twice in the table at 2019-10-07T10:05:00Z";
        Assert.Contains(Reason, derived.Out, StringComparison.Ordinal);
        Assert.StartsWith(
            "missing: set aside, because " + Reason,
            (await dxy.RunAsync("explain", "DXY", "2019-10-07T10:05:00Z", "--json")).Json.GetProperty("status").GetString(),
            StringComparison.Ordinal
        );
        Assert.True((await dxy.RunAsync("explain", "DXY", "2019-10-07T10:06:00Z", "--json")).Json.GetProperty("present").GetBoolean());
        Assert.Contains(Reason, (await dxy.RunAsync("due", "--poison")).Out, StringComparison.Ordinal);
        // Nine of ten are equal; the tenth can't be judged, and that is said.
        Assert.Equal(10, (await dxy.RunAsync(["verify", "DXY", .. Dxy.Range(10)])).Code);
        Assert.Equal(1, (await dxy.RunAsync(["gaps", "DXY", "--json", .. Dxy.Range(10)])).Json.GetProperty("missing_minutes").GetInt32());
    }

    [Fact]
    public async Task Gaps_are_ranges_with_the_missing_pairs_as_cause()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync(
            "import",
            dxy.Pairs(20, (symbol, minute) => (symbol == "USDSEK" && minute is >= 5 and < 9) || (symbol == "USDCHF" && minute is 8))
        );
        var gaps = (await dxy.RunAsync(["gaps", "DXY", "--json", .. Dxy.Range(20)])).Json;
        Assert.Equal(20, gaps.GetProperty("market_minutes").GetInt32());
        Assert.Equal(4, gaps.GetProperty("missing_minutes").GetInt32());
        Assert.Equal(
            ["2019-10-07T10:05:00Z 3 no USDSEK", "2019-10-07T10:08:00Z 1 no USDSEK, USDCHF"],
            gaps.GetProperty("gaps").EnumerateArray().Select(Show)
        );

        static string Show(JsonElement gap) =>
            $"{gap.GetProperty("from").GetString()} {gap.GetProperty("minutes")} {gap.GetProperty("cause").GetString()}";
    }
}
