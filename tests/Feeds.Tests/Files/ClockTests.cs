using System.Globalization;
using System.IO.Compression;
using System.Text;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files;
using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Tests.Files;

/// <summary>Files whose clock contradicts the FX week are refused with the zone that fits, before anything of them is taken.</summary>
public sealed class ClockTests : IDisposable
{
    static readonly string s_realBars = Path.GetFullPath(Path.Combine(ArchiveAndFolderTests.Home(), "../shared/data/fx-1m-2019q4"));

    readonly BarFile _file = new();

    public void Dispose() => _file.Dispose();

    /// <summary>The FX week's minutes, each tenth of them, in HistData's shape by some clock.</summary>
    static string HistData(UtcTime from, UtcTime to, string zone)
    {
        var clock = FileZone.Parse(zone);
        var text = new StringBuilder();
        foreach (var open in FxWeek.OpenRanges(new TimeRange(from, to)))
        {
            for (var time = open.From; time < open.To; time += TimeSpan.FromMinutes(10))
            {
                text.Append(CultureInfo.InvariantCulture, $"{clock.Local(time):yyyyMMdd HHmmss};1.1;1.1;1.1;1.1;0\n");
            }
        }

        return text.ToString();
    }

    [Theory]
    [InlineData("America/New_York", "America/New_York")]
    [InlineData("UTC", "UTC")]
    [InlineData("Europe/Athens", "Europe/Athens")]
    [InlineData("America/New_York+7", "America/New_York+7")]
    public async Task A_clock_that_is_not_the_vendors_is_named_and_taken_when_it_is_given(string clock, string named)
    {
        var text = HistData(UtcTime.At(2018, 1, 1), UtcTime.At(2018, 12, 31), clock);
        var options = new BarFileOptions { IsSparse = true };

        var refused = await _file.ReadText(text, options, "DAT_ASCII_EURUSD_M1_2018.csv");

        Assert.Equal((0, 0), (refused.Bars.Count, refused.Refused.Count));
        var fault = Assert.Single(refused.Broken).Fault;
        Assert.Equal("clock-contradicted", fault.Code);
        Assert.Contains($"--zone {named},", fault.Text, StringComparison.Ordinal);
        Assert.Empty((await _file.ReadText(text, options with { Zone = named }, "DAT_ASCII_EURUSD_M1_2018.csv")).Broken);
        Assert.NotEmpty((await _file.ReadText(text, options with { TrustsClock = true }, "DAT_ASCII_EURUSD_M1_2018.csv")).Bars);
    }

    [Theory]
    [InlineData(2018, 1, 28)]
    [InlineData(2018, 3, 40)]
    [InlineData(2018, 10, 60)]
    [InlineData(2018, 7, 5)]
    public async Task The_vendors_own_clock_is_never_doubted_and_a_wrong_one_is_where_clocks_differ(int year, int month, int days)
    {
        var from = UtcTime.At(year, month, 1);
        var text = HistData(from, from + TimeSpan.FromDays(days), "-05:00");
        var options = new BarFileOptions { IsSparse = true };

        Assert.Empty((await _file.ReadText(text, options, "EURUSD.csv")).Broken);
        var newYork = await _file.ReadText(text, options with { Zone = "America/New_York" }, "EURUSD.csv");
        Assert.Equal(month == 1 ? 0 : 1, newYork.Broken.Count);
    }

    [Fact]
    public async Task A_terminals_file_without_a_zone_is_told_which_would_fit()
    {
        var text = HistData(UtcTime.At(2019, 9, 1), UtcTime.At(2019, 11, 20), "Europe/Athens")
            .Replace(";", ",", StringComparison.Ordinal)
            .Replace(",0\n", ",7\n", StringComparison.Ordinal);
        var rows = text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(row => $"{row[..4]}.{row[4..6]}.{row[6..8]},{row[9..11]}:{row[11..13]}{row[15..]}");

        var read = await _file.ReadText(string.Join('\n', rows), new() { IsSparse = true }, "EURUSD1.csv");

        var fault = Assert.Single(read.Broken).Fault;
        Assert.Equal("zone-wanted", fault.Code);
        Assert.Contains("Europe/Athens", fault.Text.Split("its weeks would fit")[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_vendor_that_quotes_on_weekends_and_a_stray_print_refuse_nothing_and_are_told_of()
    {
        var text = new StringBuilder();
        for (var time = UtcTime.At(2019, 10, 1); time < UtcTime.At(2019, 10, 15); time += TimeSpan.FromMinutes(10))
        {
            text.Append(CultureInfo.InvariantCulture, $"{time.ToDateTime() - TimeSpan.FromHours(5):yyyyMMdd HHmmss};1.1;1.1;1.1;1.1;0\n");
        }

        var options = new BarFileOptions { IsSparse = true, Calendar = _ => MarketCalendar.Rule };
        var read = await _file.ReadText(text.ToString(), options, "EURUSD.csv");
        var stray = await _file.ReadText(
            HistData(UtcTime.At(2019, 10, 1), UtcTime.At(2019, 10, 15), "-05:00") + "20191005 120000;1.1;1.1;1.1;1.1;0\n",
            options,
            "EURUSD.csv"
        );

        Assert.Empty(read.Broken);
        Assert.Equal(14 * 144, read.Bars.Count);
        Assert.Contains(
            $"{2 * 48 * 6} bars lie outside the market's calendar, the first at 2019-10-04T21:00:00Z",
            read.Notes[^1],
            StringComparison.Ordinal
        );
        Assert.Contains(
            "1 bar lies outside the market's calendar, the first at 2019-10-05T17:00:00Z",
            stray.Notes[^1],
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("EURUSD")]
    [InlineData("GBPUSD")]
    [InlineData("USDCAD")]
    [InlineData("USDCHF")]
    [InlineData("USDJPY")]
    public async Task Real_bars_by_a_wrong_clock_are_refused_with_the_right_one(string pair)
    {
        Assert.SkipUnless(Directory.Exists(s_realBars), "needs ../shared/data");
        var options = new BarFileOptions();

        // As HistData's files of 2018 are: by New York's clock, in a shape that is in EST.
        var wrong = await _file.ReadText(Real(pair, "America/New_York"), options, $"DAT_ASCII_{pair}_M1_2019.csv");
        var right = await _file.ReadText(Real(pair, "-05:00"), options, $"DAT_ASCII_{pair}_M1_2019.csv");

        Assert.Contains("--zone America/New_York,", Assert.Single(wrong.Broken).Fault.Text, StringComparison.Ordinal);
        Assert.Empty(wrong.Bars);
        Assert.Empty(right.Broken);
        Assert.True(right.Bars.Count > 90_000, $"{right.Bars.Count} bars");
    }

    static string Real(string pair, string zone)
    {
        var clock = FileZone.Parse(zone);
        using var reader = new StreamReader(
            new GZipStream(File.OpenRead(Path.Combine(s_realBars, $"{pair}.csv.gz")), CompressionMode.Decompress)
        );
        var text = new StringBuilder();
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var cells = line.Split(',');
            var local = clock.Local(UtcTime.Parse(cells[1]));
            text.Append(CultureInfo.InvariantCulture, $"{local:yyyyMMdd HHmmss};{string.Join(';', cells[2..6])};0\n");
        }

        return text.ToString();
    }
}
