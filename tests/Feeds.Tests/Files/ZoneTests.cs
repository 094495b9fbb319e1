using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Tests.Files;

public sealed class ZoneTests : IDisposable
{
    const string Naive =
        BarFile.Header
        + "USDJPY,2019-10-03 03:00:00,107.120,107.130,107.110,107.125,9\nUSDJPY,2019-10-03 03:01:00,107.125,107.140,107.120,107.138,8\n";

    readonly BarFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData("Europe/Athens", 0)]
    [InlineData("europe/athens", 0)]
    [InlineData("+03:00", 0)]
    [InlineData("+0300", 0)]
    [InlineData("+3", 0)]
    [InlineData("UTC+3", 0)]
    [InlineData("-03:30", 390)]
    [InlineData("Z", 180)]
    [InlineData("UTC", 180)]
    public async Task Times_without_a_zone_are_in_the_zone_that_is_given(string zone, int minutes)
    {
        var read = await _file.ReadText(Naive, new() { Zone = zone });

        Assert.Equal(
            [UtcTime.At(2019, 10, 3) + TimeSpan.FromMinutes(minutes), UtcTime.At(2019, 10, 3, 0, 1) + TimeSpan.FromMinutes(minutes)],
            read.Bars.Select(bar => bar.Time)
        );
    }

    [Fact]
    public async Task Without_a_zone_they_are_refused_with_the_options_name()
    {
        var read = await _file.ReadText(Naive);

        Assert.Equal(["no-zone", "no-zone"], read.Refused.Select(row => row.Fault.Code));
        Assert.Contains("--zone", read.Refused[0].Fault.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_zone_in_a_row_wins_over_the_one_that_is_given()
    {
        var read = await _file.ReadText(
            Naive + "USDJPY,2019-10-03T00:02:00Z,107.1,107.2,107.1,107.2,0\nUSDJPY,2019-10-02 20:03:00-0400,107.1,107.2,107.1,107.2,0\n",
            new() { Zone = "Europe/Athens" }
        );

        Assert.Equal(Enumerable.Range(0, 4).Select(minute => UtcTime.At(2019, 10, 3, 0, minute)), read.Bars.Select(bar => bar.Time));
    }

    [Theory]
    [InlineData("2019-10-27 03:30:00", "exists twice")]
    [InlineData("2019-03-31 03:30:00", "does not exist")]
    public async Task An_hour_that_comes_twice_or_never_names_its_row_and_the_rest_is_kept(string time, string says)
    {
        var read = await _file.ReadText(Naive + $"USDJPY,{time},107.1,107.2,107.1,107.2,0\n", new() { Zone = "Europe/Athens" });

        Assert.Equal((2, 4), (read.Bars.Count, Assert.Single(read.Refused).Line));
        Assert.Contains(says, read.Refused[0].Fault.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BarFile.Header + BarFile.Good, "zone-without-effect")]
    [InlineData(
        "ticker,volume,open,close,high,low,window_start,transactions\nC:USD-SEK,5,10.46877,10.46555,10.47877,10.46518,1559509200000000000,5\n",
        "zone-without-effect"
    )]
    [InlineData("timestamp,open,high,low,close,volume\n1569888000000,1,1,1,1,1\n", "zone-without-effect")]
    [InlineData("Gmt time,Open,High,Low,Close,Volume\n04.10.2019 20:57:00.000,1,1,1,1,1\n", "zone-contradicted")]
    [InlineData("Time (EET),Open,High,Low,Close,Volume\n2019.10.01 03:00:00,1,1,1,1,1\n", "zone-contradicted")]
    public async Task A_zone_that_would_do_nothing_or_is_contradicted_is_refused_and_nothing_is_read(string text, string code)
    {
        var read = await _file.ReadText(text, new() { Zone = "America/New_York" }, "EURUSD.csv");

        Assert.Equal((0, 0), (read.Bars.Count, read.Refused.Count));
        Assert.Equal(code, Assert.Single(read.Broken).Fault.Code);
    }

    [Theory]
    [InlineData("2019-10-03 00:00:00+00:00")]
    [InlineData("2019-10-03T05:30:00+0530")]
    [InlineData("2019-10-02T20:30:00-03:30")]
    [InlineData("2019-10-02T20:30:00−03:30")]
    [InlineData("2019-10-03 00:00:00+00")]
    [InlineData("2019-10-03T00:00:00.000000000Z")]
    [InlineData("2019-10-03T00:00Z")]
    [InlineData("20191003T000000Z")]
    [InlineData("2019/10/03 00:00:00 UTC")]
    [InlineData("2019-10-03t00:00:00z")]
    [InlineData("1570060800")]
    [InlineData("1570060800.0")]
    [InlineData("1570060800000")]
    [InlineData("1570060800000000")]
    [InlineData("1570060800000000000")]
    public async Task One_instant_may_be_written_in_many_ways(string time)
    {
        var read = await _file.ReadText($"{BarFile.Header}EURUSD,{time},1,1,1,1,0\nEURUSD,2019-10-03T00:00:00Z,1,1,1,1,0\n");

        Assert.Equal((UtcTime.At(2019, 10, 3), 1), (Assert.Single(read.Bars).Time, read.Repeated));
    }

    [Theory]
    [InlineData("10/03/2019 00:00:00Z")]
    [InlineData("2019-10-03T24:00:00Z")]
    [InlineData("2019-10-03T00:60:00Z")]
    [InlineData("2019-10-03T00:00:00+15:00")]
    [InlineData("2019-10-03T00:00:00+00:00Z")]
    [InlineData("2019-10-03T00:00:00.Z")]
    [InlineData("2019-10.03T00:00:00Z")]
    [InlineData("2019-10-03")]
    [InlineData("0001-01-01T00:00:00+14:00")]
    public async Task What_is_no_clear_time_is_refused(string time)
    {
        var read = await _file.ReadText($"{BarFile.Header}EURUSD,{time},1,1,1,1,0\n");

        Assert.Equal("bad-time", Assert.Single(read.Refused).Fault.Code);
    }
}
