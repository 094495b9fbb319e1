using System.Globalization;
using System.Text;
using DxyOrleans.Core.Bars;
using DxyOrleans.Feeds.Files;
using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Tests.Files;

/// <summary>Files as their vendors write them, and what is right of them.</summary>
public sealed class VendorFileTests : IDisposable
{
    const string MetaTrader = """
        2019.10.01,04:00,1.090010,1.090020,1.089830,1.089840,0
        2019.10.01,04:01,1.089850,1.089880,1.089770,1.089780,0
        2019.10.01,04:03,1.089750,1.089810,1.089740,1.089800,0

        """;

    const string MetaTrader5 =
        "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\r\n"
        + "2019.10.01\t03:00:00\t1.08992\t1.08992\t1.08983\t1.08983\t41\t0\t2\r\n2019.10.01\t03:01:00\t1.08985\t1.08988\t1.08977\t1.08978\t37\t0\t2\r\n";

    const string Dukascopy = """
        Gmt time,Open,High,Low,Close,Volume
        04.10.2019 20:58:00.000,1.09783,1.09790,1.09781,1.09788,61.0000
        04.10.2019 20:59:00.000,1.09788,1.09792,1.09770,1.09775,103.9800
        04.10.2019 21:00:00.000,1.09775,1.09775,1.09775,1.09775,0.0000
        05.10.2019 12:00:00.000,1.09775,1.09775,1.09775,1.09775,0.0000

        """;

    readonly BarFile _file = new();

    public void Dispose() => _file.Dispose();

    [Fact]
    public async Task HistDatas_files_for_MetaTrader_are_five_hours_behind_UTC_all_year()
    {
        var read = await _file.ReadText(MetaTrader, name: "DAT_MT_EURUSD_M1_201910.csv");

        Assert.Equal(
            [
                "EURUSD/1m 2019-10-01T09:00:00Z 1.090010/1.090020/1.089830/1.089840 0",
                "EURUSD/1m 2019-10-01T09:01:00Z 1.089850/1.089880/1.089770/1.089780 0",
                "EURUSD/1m 2019-10-01T09:03:00Z 1.089750/1.089810/1.089740/1.089800 0",
            ],
            Shown(read)
        );
        Assert.Equal(
            Shown(read)[..1],
            Shown(await _file.ReadText("20191001 040000;1.090010;1.090020;1.089830;1.089840;0\n", name: "DAT_NT_EURUSD_M1_201910.csv"))
        );
    }

    [Fact]
    public async Task MetaTrader_4_has_volumes_and_its_brokers_time_so_that_a_zone_has_to_be_given()
    {
        const string text = "2019.10.01,04:00,1.09001,1.09002,1.08983,1.08984,41\n";

        Assert.Equal("zone-wanted", Assert.Single((await _file.ReadText(text, name: "EURUSD1.csv")).Broken).Fault.Code);
        Assert.Equal(
            ["EURUSD/1m 2019-10-01T02:00:00Z 1.09001/1.09002/1.08983/1.08984 41"],
            Shown(await _file.ReadText(text, new() { Zone = "+02:00" }, "EURUSD1.csv"))
        );
    }

    [Theory]
    [InlineData("+03:00")]
    [InlineData("Europe/Athens")]
    [InlineData("GMT+3")]
    public async Task MetaTrader_5s_files_are_read_in_UTF16_and_UTF8_with_their_ticks_for_a_volume(string zone)
    {
        foreach (
            var content in (byte[][])
                [
                    [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(MetaTrader5)],
                    Encoding.UTF8.GetBytes(MetaTrader5),
                ]
        )
        {
            var path = _file.Write("EURUSD_M1_201910010300_201910010302.csv", content);

            Assert.Contains("--zone", Assert.Single((await BarFile.Read(path)).Broken).Fault.Text, StringComparison.Ordinal);
            Assert.Equal(
                [
                    "EURUSD/1m 2019-10-01T00:00:00Z 1.08992/1.08992/1.08983/1.08983 41",
                    "EURUSD/1m 2019-10-01T00:01:00Z 1.08985/1.08988/1.08977/1.08978 37",
                ],
                Shown(await BarFile.Read(path, new() { Zone = zone }))
            );
        }
    }

    [Fact]
    public async Task Dukascopys_download_is_in_GMT_and_what_fills_the_closed_market_is_passed_over()
    {
        var read = await _file.ReadText(Dukascopy, name: "EURUSD_Candlestick_1_M_BID_04.10.2019-05.10.2019.csv");

        Assert.Equal(
            [
                "EURUSD/1m 2019-10-04T20:58:00Z 1.09783/1.09790/1.09781/1.09788 61.0000",
                "EURUSD/1m 2019-10-04T20:59:00Z 1.09788/1.09792/1.09770/1.09775 103.9800",
            ],
            Shown(read)
        );
        Assert.Equal((2, 2), (read.Passed.ClosedMarket, read.PassedOver));
        Assert.Empty(read.Refused);
    }

    [Fact]
    public async Task Dukascopys_local_times_have_their_offset_in_each_row()
    {
        var local = Dukascopy
            .Replace("Gmt", "Local", StringComparison.Ordinal)
            .Replace("04.10.2019 20:58:00.000", "04.10.2019 23:58:00.000 GMT+0300", StringComparison.Ordinal);

        var read = await _file.ReadText(local, name: "EURUSD.csv");

        Assert.Equal(["EURUSD/1m 2019-10-04T20:58:00Z 1.09783/1.09790/1.09781/1.09788 61.0000"], Shown(read));
        Assert.All(read.Refused, row => Assert.Equal("no-zone", row.Fault.Code));
    }

    [Fact]
    public async Task A_header_that_names_the_zone_of_its_times_is_heard()
    {
        var read = await _file.ReadText(
            "Time (EET),Open,High,Low,Close,Volume\n2019.10.01 03:00:00,1.08992,1.08992,1.08983,1.08983,5\n",
            name: "EURUSD_1 Min_Bid.csv"
        );

        Assert.Equal(["EURUSD/1m 2019-10-01T00:00:00Z 1.08992/1.08992/1.08983/1.08983 5"], Shown(read));
    }

    [Fact]
    public async Task Dukascopy_nodes_times_are_Unix_milliseconds_and_its_volumes_may_be_tiny()
    {
        var read = await _file.ReadText(
            """
            timestamp,open,high,low,close,volume
            1569888000000,1.08992,1.08992,1.08983,1.08983,123.45
            1569888120000,1.08978,1.08979,1.0897,1.08975,1.2e-5
            1569888180000,1.08975,1.08975,1.08975,1.08975,0

            """,
            name: "eurusd-m1-bid-2019-10-01-2019-10-02.csv"
        );

        Assert.Equal(
            [
                "EURUSD/1m 2019-10-01T00:00:00Z 1.08992/1.08992/1.08983/1.08983 123.45",
                "EURUSD/1m 2019-10-01T00:02:00Z 1.08978/1.08979/1.0897/1.08975 0.000012",
                "EURUSD/1m 2019-10-01T00:03:00Z 1.08975/1.08975/1.08975/1.08975 0",
            ],
            Shown(read)
        );
    }

    [Theory]
    [InlineData("1570023360")]
    [InlineData("2019-10-02T13:36:00Z")]
    [InlineData("2019-10-02T15:36:00+02:00")]
    public async Task TradingViews_charts_are_read_and_the_columns_of_their_indicators_are_not(string time)
    {
        var read = await _file.ReadText(
            $"time,open,high,low,close,Plot,RSI,Volume\n{time},1.0931,1.09318,1.09309,1.09315,1.5,NaN,18\n",
            name: "FX_EURUSD, 1.csv"
        );

        Assert.Equal(["EURUSD/1m 2019-10-02T13:36:00Z 1.0931/1.09318/1.09309/1.09315 18"], Shown(read));
    }

    [Theory]
    [InlineData(",open,high,low,close,volume\n2019-10-03 00:00:00+00:00,1,2,1,1.5,3\n")]
    [InlineData("datetime,open,high,low,close,volume\n2019-10-03 00:00:00.000000000+00:00,1,2,1,1.5,3.0\n")]
    [InlineData("Datetime,Open,High,Low,Close,Adj Close,Volume\n2019-10-03 01:00:00+01:00,1,2,1,1.5,1.5,3\n")]
    public async Task A_frame_that_pandas_wrote_is_read_by_its_index(string text)
    {
        var read = await _file.ReadText(text, name: "usdcad.csv");

        Assert.Empty(read.Broken);
        Assert.Equal(
            "USDCAD/1m 2019-10-03T00:00:00Z 1/2/1/1.5",
            Assert.Single(Shown(read))[..^(Shown(read)[0].Length - Shown(read)[0].LastIndexOf(' '))]
        );
    }

    [Fact]
    public async Task A_copy_of_our_table_is_read_with_what_is_unknown_in_it_and_with_its_partial_deleted_and_derived_rows_apart()
    {
        var read = await _file.ReadText(
            """
            canonical_symbol,timeframe,ts_utc,open,high,low,close,vol,vwap,trade_count,is_partial,source,ingested_at,raw,created_at,updated_at,derivation_version,deleted_at
            EURUSD,5m,2019-10-01 00:00:00+00,1.1,1.2,1.0,1.1,,,,f,derived,2026-11-30 13:23:49.787479+00,"{""version"": 1, ""inputs"": 5}",2026-11-30 13:23:49+00,2026-11-30 13:23:49+00,1,
            EURUSD,5m,2019-10-01 00:05:00+00,1.1,1.2,1.0,1.1,NaN,1.15,-1,f,derived,2026-11-30 13:23:49.787479+00,{},2026-11-30 13:23:49+00,2026-11-30 13:23:49+00,1,2026-11-30 14:00:00+00
            EURUSD,1h,2019-10-01 00:00:00+00,1.1,1.2,1.0,1.1,-1,1.15,7,t,derived,2026-11-30 13:23:49.787479+00,{},2026-11-30 13:23:49+00,2026-11-30 13:23:49+00,1,

            """,
            name: "copy.csv"
        );

        Assert.Empty(read.Refused);
        Assert.Equal((0, 1, 2), (read.Bars.Count, read.Passed.Deleted, read.Copied.Count));
        Assert.Equal(
            ("EURUSD/5m", true, "{\"version\": 1, \"inputs\": 5}"),
            (read.Copied[0].Bar.Series.ToString(), read.Copied[0].IsDerived, read.Copied[0].Raw)
        );
        Assert.Equal(
            (0m, 1.15m, 7, true),
            (read.Copied[1].Bar.Volume, read.Copied[1].Bar.Vwap, read.Copied[1].Bar.TradeCount, read.Copied[1].Bar.IsPartial)
        );
    }

    [Fact]
    public async Task Each_formats_example_is_of_that_format_and_of_no_other()
    {
        foreach (var format in BarFileFormats.All.Where(format => !format.Example.EndsWith('…')))
        {
            var read = await _file.ReadText(
                format.Example + "\n",
                new()
                {
                    Side =
                        format.Example.Contains("ask", StringComparison.OrdinalIgnoreCase) || IsTwoSidedWithoutHeader(format)
                            ? PriceSide.Bid
                            : null,
                    Zone = format.Zone == ZoneRule.HasToBeGiven && !format.Example.Contains('(', StringComparison.Ordinal) ? "UTC" : null,
                },
                "20191001_EURUSD.csv"
            );

            Assert.True(read.Broken.Count == 0, $"{format.Name}: {(read.Broken.Count == 0 ? "" : read.Broken[0].ToString())}");
            Assert.Same(format, BarFileFormats.Recognise(Encoding.UTF8.GetBytes(format.Example))!.Format);
        }
    }

    static bool IsTwoSidedWithoutHeader(BarFileFormat format) =>
        format.Order.Contains(BarColumn.AskOpen) || format.Order.Contains(BarColumn.Ask);

    static string[] Shown(BarFile.Outcome read) =>
        [.. read.Bars.Select(bar => string.Create(CultureInfo.InvariantCulture, $"{bar} {bar.Volume}"))];
}
