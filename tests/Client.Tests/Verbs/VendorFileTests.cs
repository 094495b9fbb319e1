using System.Globalization;
using System.Text;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

/// <summary>What import says of clocks, sides, spellings and refused rows.</summary>
public sealed class VendorFileTests(TestServer server)
{
    [Fact]
    public async Task A_wrong_clock_is_refused_with_the_zone_that_fits_and_nothing_is_stored()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var text = new StringBuilder();

        // Two weeks of July, Sunday 17:00 to Friday 17:00 by New York's clock, in a shape that is in EST.
        foreach (var open in (DateTime[])[new(2019, 7, 7, 17, 0, 0), new(2019, 7, 14, 17, 0, 0)])
        {
            for (var minute = 0; minute < 7200; minute += 15)
            {
                text.Append(CultureInfo.InvariantCulture, $"{open.AddMinutes(minute):yyyyMMdd HHmmss};1.1;1.1;1.1;1.1;0\n");
            }
        }

        var file = dxy.Write("DAT_ASCII_EURUSD_M1_2019.csv", text.ToString());
        var refused = await dxy.RunAsync("import", file, "--timeframe", "15m");
        Assert.True(refused.Code == 5, refused.ToString());
        Assert.Contains("say --zone America/New_York, which fits", refused.Out, StringComparison.Ordinal);
        Assert.Equal(0, await Count(dxy));

        var taken = await dxy.RunAsync("import", file, "--timeframe", "15m", "--zone", "America/New_York");
        Assert.True(taken.Code == 0, taken.ToString());
        Assert.Equal(960, await Count(dxy));
        Assert.DoesNotContain("outside", taken.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quotes_make_bars_of_the_side_that_is_asked_for_and_bars_outside_the_calendar_are_counted()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var file = dxy.Write(
            "DAT_ASCII_EURUSD_T_201910.csv",
            "20191001 040000660,1.1,1.2,0\n20191001 040030100,1.3,1.4,0\n20191005 120000000,1.5,1.6,0\n"
        );
        var unasked = await dxy.RunAsync("import", file);
        Assert.Equal(5, unasked.Code);
        Assert.Contains("--side bid, ask or mid", unasked.Out, StringComparison.Ordinal);

        var taken = await dxy.RunAsync("import", file, "--side", "ask");
        Assert.True(taken.Code == 0, taken.ToString());
        Assert.Contains("bars were made of its quotes, 1 row more", taken.Out, StringComparison.Ordinal);
        Assert.Contains("1 bar lies outside the market's calendar, the first at 2019-10-05T17:00:00Z", taken.Out, StringComparison.Ordinal);
        Assert.Equal("1.4", await dxy.Database.ValueAsync<string>("SELECT trim_scale(max(high))::text FROM data_bars WHERE low = 1.2"));
    }

    [Fact]
    public async Task Refused_rows_go_to_a_file_whole_with_line_and_reason()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var bad = $"EURUSD,2019-10-07T10:00:00Z,1.1,1.0,1.2,1.1,\"{new string('7', 120)}\"";
        var file = dxy.Write(
            "bad.csv",
            $"symbol,ts_utc,open,high,low,close,volume\nEURUSD,2019-10-07T09:58:00Z,1.1,1.2,1.0,1.1,0\n{bad}\n"
                + "EURUSD,2019-10-07T10:01:00Z,x,1,1,1,0\n"
        );
        var rejects = dxy.Write("rejects.csv", "an older one");
        var called = await dxy.RunAsync("import", file, "--rejects", rejects);
        Assert.Equal(5, called.Code);
        var lines = await File.ReadAllLinesAsync(rejects, TestContext.Current.CancellationToken);
        Assert.Equal(3, lines.Length);
        Assert.Equal("file,line,rows,code,reason,row", lines[0]);
        Assert.Contains($"\"{bad.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", lines[1], StringComparison.Ordinal);
        Assert.Contains(",4,1,not-a-number,", lines[2], StringComparison.Ordinal);
        Assert.False(File.Exists(rejects + ".part"));
    }

    [Fact]
    public async Task The_registrys_spellings_mean_their_symbol()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.Database.RunAsync(
            """UPDATE core_asset_registry_all SET metadata = metadata || '{"spellings": ["6E"]}' WHERE canonical_symbol = 'EURUSD'"""
        );
        var file = dxy.Write(
            "x.csv",
            "symbol,ts_utc,open,high,low,close\n6E,2019-10-07T09:58:00Z,1,1,1,1\nEURUSD=X,2019-10-07T09:59:00Z,1,1,1,1\n"
        );
        var called = await dxy.RunAsync("import", file);
        Assert.True(called.Code == 0, called.ToString());
        Assert.Equal(2, await Count(dxy));
    }

    static async Task<long> Count(Dxy dxy) =>
        await dxy.Database.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'EURUSD'");
}
