using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Feeds.Tests.Files;

public sealed class FormatTests : IDisposable
{
    const string HistData = "20190930 190000;1.08992;1.08995;1.08983;1.08984;0\n20190930 190100;1.08985;1.08988;1.08977;1.08978;0\n";

    const string Massive = """
        ticker,volume,open,close,high,low,window_start,transactions
        C:USD-SEK,5,10.46877,10.46555,10.47877,10.46518,1559509200000000000,5
        C:EUR-USD,7,1.08400000000000,1.08410,1.0842,1.0839,1559509260000000000,7

        """;

    readonly BarFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task The_projects_own_shape_is_read_in_every_column()
    {
        var read = await _file.ReadText(BarFile.Header + "EURUSD,2019-10-01T00:00:00Z,1.08992,1.08995,1.08983,1.08984,12.5\n");

        Assert.Equal(
            Bar.Create(
                new Series(Symbol.Parse("EURUSD"), Timeframe.OneMinute),
                UtcTime.At(2019, 10, 1),
                1.08992m,
                1.08995m,
                1.08983m,
                1.08984m,
                12.5m
            ),
            Assert.Single(read.Bars)
        );
    }

    [Theory]
    [InlineData("\uFEFF", "\n")]
    [InlineData("", "\r\n")]
    [InlineData("\n\n", "\n")]
    public async Task A_byte_order_mark_Windows_line_ends_and_blank_lines_are_accepted(string before, string end)
    {
        var read = await _file.ReadText(
            (before + BarFile.Header + BarFile.Good + "\n" + BarFile.AlsoGood.TrimEnd()).Replace("\n", end, StringComparison.Ordinal)
        );

        Assert.Equal((2, 0, 0), (read.Bars.Count, read.Refused.Count, read.Broken.Count));
    }

    [Theory]
    [InlineData("2019-10-01T02:00:00+02:00")]
    [InlineData("2019-10-01 00:00:00Z")]
    [InlineData("2019-10-01T00:00:00.000Z")]
    public async Task Other_spellings_of_an_instant_with_a_zone_are_read(string time)
    {
        var read = await _file.ReadText($"{BarFile.Header}EURUSD,{time},1.1,1.2,1.0,1.1,0\n");

        Assert.Equal(UtcTime.At(2019, 10, 1), Assert.Single(read.Bars).Time);
    }

    [Fact]
    public async Task HistData_times_are_five_hours_behind_UTC_in_summer_too()
    {
        var read = await _file.ReadText(HistData, name: "DAT_ASCII_EURUSD_M1_2019.csv");

        Assert.Equal([UtcTime.At(2019, 10, 1), UtcTime.At(2019, 10, 1, 0, 1)], read.Bars.Select(bar => bar.Time));
        Assert.All(read.Bars, bar => Assert.Equal("EURUSD", bar.Symbol.Name));
        Assert.Equal(1.08984m, read.Bars[0].Close);
    }

    [Fact]
    public async Task A_stated_symbol_and_zone_win_over_name_and_format()
    {
        var options = new BarFileOptions { Symbols = [Symbol.Parse("GBPUSD")], Zone = "Europe/Athens" };

        var read = await _file.ReadText(HistData, options, "DAT_ASCII_EURUSD_M1_2019.csv");

        Assert.Equal((UtcTime.At(2019, 9, 30, 16), "GBPUSD"), (read.Bars[0].Time, read.Bars[0].Symbol.Name));
    }

    [Theory]
    [InlineData("20191027 033000", "exists twice")]
    [InlineData("20190331 033000", "does not exist")]
    public async Task A_time_that_the_zones_clock_change_makes_unclear_is_refused(string time, string says)
    {
        var read = await _file.ReadText($"{time};1.1;1.2;1.0;1.1;0\n", new BarFileOptions { Zone = "Europe/Athens" }, "EURUSD.csv");

        Assert.Contains(says, Assert.Single(read.Refused).Fault.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_decimal_comma_in_a_semicolon_file_is_named()
    {
        var read = await _file.ReadText(HistData + "20190930 190200;1,08985;1,08988;1,08977;1,08978;0\n", name: "EURUSD.csv");

        Assert.Equal((2, "decimal-comma"), (read.Bars.Count, Assert.Single(read.Refused).Fault.Code));
    }

    [Fact]
    public async Task Massive_columns_stand_in_the_order_open_close_high_low()
    {
        var read = await _file.ReadText(Massive);

        var bar = read.Bars[0];
        Assert.Equal(2, read.Bars.Count);
        Assert.Equal(("USDSEK", UtcTime.At(2019, 6, 2, 21)), (bar.Symbol.Name, bar.Time));
        Assert.Equal((10.46877m, 10.47877m, 10.46518m, 10.46555m), (bar.Open, bar.High, bar.Low, bar.Close));
        Assert.Equal((5m, 5), (bar.Volume, bar.TradeCount));
    }

    [Theory]
    [InlineData("1559509200000")]
    [InlineData("2019-06-02T21:00:00Z")]
    [InlineData("15595092000000000009999999")]
    public async Task A_Massive_time_that_is_not_in_nanoseconds_is_refused(string time)
    {
        var read = await _file.ReadText(Massive + $"C:EUR-USD,5,1.1,1.1,1.2,1.0,{time},5\n", new BarFileOptions { Format = "massive" });

        Assert.Equal((2, "bad-time"), (read.Bars.Count, Assert.Single(read.Refused).Fault.Code));
    }

    [Fact]
    public async Task Of_a_file_of_many_symbols_only_the_one_asked_for_is_read()
    {
        var read = await _file.ReadText(Massive, new BarFileOptions { Symbols = [Symbol.Parse("EURUSD")] });

        Assert.Equal(("EURUSD", 1), (Assert.Single(read.Bars).Symbol.Name, read.PassedOver));
    }

    [Fact]
    public async Task A_forced_format_reads_a_file_without_its_header()
    {
        var read = await _file.ReadText(BarFile.Good, new BarFileOptions { Format = "dxy" });

        Assert.Single(read.Bars);
    }

    [Fact]
    public async Task A_longer_timeframe_has_a_grid_of_its_own()
    {
        var read = await _file.ReadText(
            BarFile.Header + BarFile.Good + BarFile.AlsoGood,
            new BarFileOptions { Timeframe = Timeframe.Parse("15m") }
        );

        Assert.Equal(("EURUSD/15m", "off-grid"), (Assert.Single(read.Bars).Series.ToString(), Assert.Single(read.Refused).Fault.Code));
    }

    [Fact]
    public async Task Options_out_of_range_are_refused_before_anything_is_read()
    {
        BarFileOptions[] wrong =
        [
            new() { Format = "excel" },
            new() { Zone = "Atlantis/Capital" },
            new() { BatchRows = 0 },
            new() { FutureSkew = TimeSpan.FromTicks(-1) },
            new() { MaxUncompressedBytes = 0 },
        ];
        foreach (var options in wrong)
        {
            await Assert.ThrowsAnyAsync<ArgumentException>(() => _file.ReadText(BarFile.Header, options));
        }
    }
}
