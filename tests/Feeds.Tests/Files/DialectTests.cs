using System.Globalization;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Feeds.Tests.Files;

/// <summary>Dialects with both sides of the market, with quotes, in JSON and in binary; each by a file written by hand.</summary>
public sealed class DialectTests : IDisposable
{
    const string HistDataTicks =
        "20191001 040000660,1.089920,1.090090,0\n20191001 040030100,1.089950,1.090100,0\n20191001 040059999,1.089830,1.089990,0\n"
        + "20191001 040100001,1.089850,1.090010,0\n";

    const string Fxcm = """
        DateTime,BidOpen,BidHigh,BidLow,BidClose,AskOpen,AskHigh,AskLow,AskClose
        03/08/2015 22:00:00.000,1.08300,1.08407,1.08226,1.08383,1.08320,1.08427,1.08246,1.08403
        03/08/2015 22:01:00.000,1.08383,1.08390,1.08380,1.08386,1.08403,1.08410,1.08400,1.08406

        """;

    const string Oanda = """
        {"instrument": "EUR_USD", "granularity": "M1", "candles": [
          {"complete": true, "volume": 12, "time": "2019-10-01T00:00:00.000000000Z",
           "bid": {"o": "1.08990", "h": "1.08995", "l": "1.08980", "c": "1.08984"},
           "ask": {"o": "1.09006", "h": "1.09011", "l": "1.08996", "c": "1.09000"}},
          {"complete": false, "volume": 1, "time": "2019-10-01T00:01:00.000000000Z",
           "bid": {"o": "1.0", "h": "1.0", "l": "1.0", "c": "1.0"},
           "ask": {"o": "1.0", "h": "1.0", "l": "1.0", "c": "1.0"}}]}
        """;

    const string Bi5Ticks = "XQAAgABQAAAAAAAAAAAAaBxfiBsFdEScCnDP8PMmuPIg9/edhoK+RHwUuV9dPxhQsgQKMKxgyuOpdPV16bI6FInKtF8RUKG3/6xrAAA=";
    const string Bi5EndMark = "XQAAgAD//////////wAAaBxfiBsFdEScCnDP8PMmuPIg9/edhoK+RHwUuV9dPxhQsgQKMKxgyuOpdPV16bI6FInKtF8RUKG3/6xrAAA=";
    const string Bi5Bars = "XQAAgABIAAAAAAAAAAAAaP6xGw+xHVhJszKSTVLxYCK4lNzQJ4niX++EWn7yc+sC7XZf/7msgAA=";

    static readonly HashSet<Symbol> s_known = [.. ((string[])["EURUSD", "USDJPY", "GBPUSD", "DXY"]).Select(Symbol.Parse)];

    readonly BarFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(PriceSide.Bid, "1.089920/1.089950/1.089830/1.089830", "1.089850")]
    [InlineData(PriceSide.Ask, "1.090090/1.090100/1.089990/1.089990", "1.090010")]
    [InlineData(PriceSide.Mid, "1.09000500/1.09002500/1.08991000/1.08991000", "1.08993000")]
    public async Task Bars_are_made_of_HistDatas_ticks_of_the_side_that_is_asked_for(PriceSide side, string first, string second)
    {
        var read = await _file.ReadText(HistDataTicks, new() { Side = side }, "DAT_ASCII_EURUSD_T_201910.csv");

        Assert.Empty(read.Broken);
        Assert.Equal(2, read.Bars.Count);
        Assert.Equal(Prices($"EURUSD/1m 2019-10-01T09:00:00Z {first}"), Prices(read.Bars[0].ToString()));
        Assert.Equal(Prices($"EURUSD/1m 2019-10-01T09:01:00Z {second}/{second}/{second}/{second}"), Prices(read.Bars[1].ToString()));
        Assert.Equal((3m, 3, 1m, 1), (read.Bars[0].Volume, read.Bars[0].TradeCount, read.Bars[1].Volume, read.Bars[1].TradeCount));
        Assert.Equal(2, read.Quotes);
    }

    [Theory]
    [InlineData(HistDataTicks, "DAT_ASCII_EURUSD_T_201910.csv")]
    [InlineData(Fxcm, "EURUSD.csv")]
    [InlineData(Oanda, "candles.json")]
    public async Task A_file_with_both_sides_wants_to_know_which(string text, string name)
    {
        var broken = Assert.Single((await _file.ReadText(text, name: name)).Broken);

        Assert.Equal("side-wanted", broken.Fault.Code);
        Assert.Contains("--side", broken.Fault.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_side_is_refused_of_a_file_that_has_one()
    {
        var read = await _file.ReadText(
            "20191001 040000;1.089920;1.089950;1.089830;1.089840;0\n",
            new() { Side = PriceSide.Ask },
            "DAT_ASCII_EURUSD_M1_2019.csv"
        );

        Assert.Equal((0, "side-without-effect"), (read.Bars.Count, Assert.Single(read.Broken).Fault.Code));
    }

    [Fact]
    public async Task Quotes_that_stand_behind_later_ones_are_refused_and_count_in_no_bar()
    {
        var read = await _file.ReadText(
            HistDataTicks + "20191001 040030000,2.0,2.0,0\n20191001 040101000,-1,1.09,0\n",
            new() { Side = PriceSide.Bid },
            "EURUSD_T.csv"
        );

        Assert.Equal(["quote-order", "not-positive"], read.Refused.Select(row => row.Fault.Code));
        Assert.Equal([1.08983m, 1.08985m], read.Bars.Select(bar => bar.Close));
    }

    [Fact]
    public async Task HistDatas_ticks_for_NinjaTrader_have_one_price_and_its_bars_for_MetaStock_name_their_pair()
    {
        var ticks = await _file.ReadText(
            "20191001 040010;1.089920;0\n20191001 040013;1.089950;0\n20191001 040040;1.089900;0\n",
            name: "DAT_NT_EURUSD_T_BID_201910.csv"
        );
        var bars = await _file.ReadText("EURUSD,201910010400,1.090010,1.090020,1.089830,1.089840,0\n", name: "some.csv");

        Assert.Equal(["EURUSD/1m 2019-10-01T09:00:00Z 1.089920/1.089950/1.089900/1.089900"], Shown(ticks));
        Assert.Equal(["EURUSD/1m 2019-10-01T09:00:00Z 1.090010/1.090020/1.089830/1.089840"], Shown(bars));
    }

    [Theory]
    [InlineData(PriceSide.Bid, "1.08300/1.08407/1.08226/1.08383")]
    [InlineData(PriceSide.Ask, "1.08320/1.08427/1.08246/1.08403")]
    [InlineData(PriceSide.Mid, "1.08310/1.08417/1.08236/1.08393")]
    public async Task FXCMs_months_stand_first_and_its_times_are_in_UTC(PriceSide side, string prices)
    {
        var read = await _file.ReadText(Fxcm, new() { Side = side }, "EURUSD_2015_10.csv");

        Assert.Equal(2, read.Bars.Count);
        Assert.Equal(Prices($"EURUSD/1m 2015-03-08T22:00:00Z {prices}"), Prices(read.Bars[0].ToString()));
    }

    [Fact]
    public async Task Other_files_with_both_sides_say_their_zone_or_need_one()
    {
        const string text =
            "date,bidopen,bidclose,bidhigh,bidlow,askopen,askclose,askhigh,asklow,tickqty\n"
            + "2019-10-01 03:00:00,1.1,1.2,1.3,1.0,2.1,2.2,2.3,2.0,7\n";

        Assert.Equal(
            "no-zone",
            Assert.Single((await _file.ReadText(text, new() { Side = PriceSide.Bid }, "EURUSD.csv")).Refused).Fault.Code
        );
        var read = await _file.ReadText(text, new() { Side = PriceSide.Ask, Zone = "+03:00" }, "EURUSD.csv");
        Assert.Equal(["EURUSD/1m 2019-10-01T00:00:00Z 2.1/2.3/2.0/2.2"], Shown(read));
        Assert.Equal(7, read.Bars[0].Volume);
    }

    [Theory]
    [InlineData("Gmt time,Ask,Bid,AskVolume,BidVolume\n01.10.2019 00:00:00.100,1.09009,1.08992,1.5,0.75\n", "2019-10-01T00:00:00Z")]
    [InlineData("Time (EET),Ask,Bid,AskVolume,BidVolume \n2019.10.01 03:00:00.100,1.09009,1.08992,1.5,0.75\n", "2019-10-01T00:00:00Z")]
    [InlineData("timestamp,askPrice,bidPrice,askVolume,bidVolume\n1569888000100,1.09009,1.08992,1.5,0.75\n", "2019-10-01T00:00:00Z")]
    [InlineData("DateTime,Bid,Ask,BidVolume,AskVolume\n10/01/2019 00:00:00.100,1.08992,1.09009,0.75,1.5\n", "2019-10-01T00:00:00Z")]
    public async Task Quotes_of_Dukascopy_and_FXCM_are_read_with_their_volumes(string text, string time)
    {
        var bid = await _file.ReadText(text, new() { Side = PriceSide.Bid }, "EURUSD_Ticks.csv");
        var mid = await _file.ReadText(text, new() { Side = PriceSide.Mid }, "EURUSD_Ticks.csv");

        Assert.Equal([$"EURUSD/1m {time} 1.08992/1.08992/1.08992/1.08992"], Shown(bid));
        Assert.Equal((0.75m, 2.25m), (bid.Bars[0].Volume, mid.Bars[0].Volume));
        Assert.Equal(1.090005m, mid.Bars[0].Close);
    }

    [Fact]
    public async Task MetaTrader_5_leaves_a_side_empty_that_did_not_change()
    {
        var read = await _file.ReadText(
            "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>\n2019.10.01\t03:00:00.100\t1.08992\t1.09009\t\t\t6\n"
                + "2019.10.01\t03:00:01.100\t\t1.09011\t\t\t4\n2019.10.01\t03:00:02.100\t1.08980\t\t\t\t2\n",
            new() { Side = PriceSide.Ask, Zone = "+03:00" },
            "EURUSD_201910010300.csv"
        );

        Assert.Equal(["EURUSD/1m 2019-10-01T00:00:00Z 1.09009/1.09011/1.09009/1.09011"], Shown(read));
    }

    [Theory]
    [InlineData(PriceSide.Bid, "1.08990/1.08995/1.08980/1.08984")]
    [InlineData(PriceSide.Mid, "1.08998/1.09003/1.08988/1.08992")]
    public async Task OANDAs_candles_are_read_and_the_running_one_is_passed_over(PriceSide side, string prices)
    {
        var read = await _file.ReadText(Oanda, new() { Side = side, Known = s_known }, "candles.json");

        Assert.Empty(read.Broken);
        Assert.Equal(Prices($"EURUSD/1m 2019-10-01T00:00:00Z {prices}"), Prices(Assert.Single(read.Bars).ToString()));
        Assert.Equal((12m, 1), (read.Bars[0].Volume, read.Passed.Running));
    }

    [Fact]
    public async Task OANDAs_middles_need_no_side()
    {
        var read = await _file.ReadText(
            """
            {"instrument":"USD_JPY","granularity":"M5","candles":[{"complete":true,"volume":3,"time":"1569888000.000000000",
             "mid":{"o":"107.1","h":"107.3","l":"107.0","c":"107.2"}}]}
            """,
            name: "x.json"
        );

        Assert.Equal(["USDJPY/5m 2019-10-01T00:00:00Z 107.1/107.3/107.0/107.2"], Shown(read));
    }

    [Fact]
    public async Task Massives_pages_are_read_one_behind_the_other()
    {
        var read = await _file.ReadText(
            """
            {"ticker":"C:EURUSD","resultsCount":1,"status":"OK","results":[
              {"v":125,"vw":1.0899,"o":1.0899,"c":1.0898,"h":1.0900,"l":1.0897,"t":1569888000000,"n":125}],"next_url":"x"}
            {"ticker":"C:EURUSD","resultsCount":1,"results":[{"v":7,"o":1.1,"c":1.1,"h":1.1,"l":1.1,"t":1569888060000,"n":7}]}
            {"ticker":"C:EURUSD","resultsCount":0,"status":"OK"}
            """,
            name: "page.json"
        );

        Assert.Equal(
            ["EURUSD/1m 2019-10-01T00:00:00Z 1.0899/1.0900/1.0897/1.0898", "EURUSD/1m 2019-10-01T00:01:00Z 1.1/1.1/1.1/1.1"],
            Shown(read)
        );
        Assert.Equal((125m, 125, 1.0899m), (read.Bars[0].Volume, read.Bars[0].TradeCount, read.Bars[0].Vwap));
    }

    [Theory]
    [InlineData("{\"ticker\":\"C:EURUSD\",\"results\":[{\"v\":125", "broken-json")]
    [InlineData("{\"price\":1}", "unknown-json")]
    public async Task JSON_that_is_cut_off_or_of_something_else_is_named(string text, string code) =>
        Assert.Equal(code, Assert.Single((await _file.ReadText(text, name: "x.json")).Broken).Fault.Code);

    [Theory]
    [InlineData(Bi5Ticks)]
    [InlineData(Bi5EndMark)]
    public async Task Dukascopys_binary_quotes_are_of_the_hour_that_their_path_says(string content)
    {
        var path = _file.Write("EURUSD/2019/09/01/00h_ticks.bi5", Convert.FromBase64String(content));

        var bid = await BarFile.Read(path, new() { Side = PriceSide.Bid });
        var ask = await BarFile.Read(path, new() { Side = PriceSide.Ask });

        Assert.Equal(
            [
                "EURUSD/1m 2019-10-01T00:00:00Z 1.08992/1.08995/1.08983/1.08983",
                "EURUSD/1m 2019-10-01T00:01:00Z 1.08985/1.08985/1.08985/1.08985",
            ],
            Shown(bid)
        );
        Assert.Equal((3.5m, 3, 3m), (bid.Bars[0].Volume, bid.Bars[0].TradeCount, ask.Bars[0].Volume));
        Assert.Equal(1.09010m, ask.Bars[0].High);
    }

    [Fact]
    public async Task Dukascopys_binary_minutes_have_the_close_before_low_and_high_and_the_yen_has_three_places()
    {
        var read = await BarFile.Read(
            _file.Write("USDJPY_2019_09_01_BID_candles_min_1.bi5", Convert.FromBase64String(Bi5Bars)),
            new() { Known = s_known }
        );

        Assert.Equal(
            [
                "USDJPY/1m 2019-10-01T00:00:00Z 108.071/108.090/108.060/108.080",
                "USDJPY/1m 2019-10-01T00:01:00Z 108.080/108.086/108.079/108.085",
                "USDJPY/1m 2019-10-01T00:02:00Z 108.085/108.085/108.085/108.085",
            ],
            Shown(read)
        );
        Assert.Equal(12.5m, read.Bars[0].Volume);
    }

    [Theory]
    [InlineData("ticks.bi5", 0, "bi5-name")]
    [InlineData("EURUSD/2019/12/01/00h_ticks.bi5", 0, "bi5-name")]
    [InlineData("EURHUF/2019/09/01/00h_ticks.bi5", 0, "bi5-name")]
    [InlineData("EURUSD/2019/09/01/00h_ticks.bi5", 20, "broken-bi5")]
    public async Task A_binary_file_without_its_place_or_its_end_is_refused_with_what_to_do(string name, int cut, string code) =>
        Assert.Equal(
            code,
            Assert
                .Single(
                    (
                        await BarFile.Read(_file.Write(name, Convert.FromBase64String(Bi5Ticks)[..^cut]), new() { Side = PriceSide.Bid })
                    ).Broken
                )
                .Fault.Code
        );

    [Fact]
    public async Task Leans_archives_say_the_day_in_their_names()
    {
        var path = _file.Write(
            "20191001_quote.zip",
            BarFile.Zip(("20191001_eurusd_minute_quote.csv", "0,1.1,1.3,1.0,1.2,0,2.1,2.3,2.0,2.2,0\n60000,1.1,1.1,1.1,1.1,0,2,2,2,2,0\n"))
        );

        var read = await BarFile.Read(
            path,
            new()
            {
                Side = PriceSide.Bid,
                Zone = "UTC",
                Known = s_known,
            }
        );

        Assert.Equal(["EURUSD/1m 2019-10-01T00:00:00Z 1.1/1.3/1.0/1.2", "EURUSD/1m 2019-10-01T00:01:00Z 1.1/1.1/1.1/1.1"], Shown(read));
        Assert.Equal(
            "zone-wanted",
            Assert.Single((await BarFile.Read(path, new() { Side = PriceSide.Bid, Known = s_known })).Broken).Fault.Code
        );
        Assert.Equal(
            "day-wanted",
            Assert
                .Single((await _file.ReadText("0,1.1,1.2\n", new() { Side = PriceSide.Bid, Zone = "UTC" }, "eurusd_tick.csv")).Broken)
                .Fault.Code
        );
    }

    [Fact]
    public async Task Stooqs_periods_are_timeframes_and_its_zone_has_to_be_given()
    {
        const string text =
            "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n"
            + "EURUSD,5,20191001,020000,1.1,1.3,1.0,1.2,0,0\nUSDJPY,60,20191001,020000,107,109,106,108,0,0\n";

        Assert.Equal("zone-wanted", Assert.Single((await _file.ReadText(text)).Broken).Fault.Code);
        Assert.Equal(
            ["EURUSD/5m 2019-10-01T00:00:00Z 1.1/1.3/1.0/1.2", "USDJPY/1h 2019-10-01T00:00:00Z 107/109/106/108"],
            Shown(await _file.ReadText(text, new() { Zone = "+02:00" }))
        );
    }

    [Theory]
    [InlineData("01.10.2019 02:00:00")]
    [InlineData("01.10.2019 02:00")]
    [InlineData("20191001020000")]
    [InlineData("201910010200")]
    public async Task Days_may_stand_first_where_dots_part_them_and_commas_before_decimals_where_that_is_said(string time)
    {
        var text = $"Pair;Date;Open;High;Low;Close;Volume\nEURUSD;{time};1,1;1,3;1,0;1,25;7,5\n";

        var read = await _file.ReadText(text, new() { Zone = "+02:00", HasDecimalComma = true });

        Assert.Equal(["EURUSD/1m 2019-10-01T00:00:00Z 1.1/1.3/1.0/1.25"], Shown(read));
        Assert.Equal(7.5m, read.Bars[0].Volume);
        Assert.Equal("decimal-comma", Assert.Single((await _file.ReadText(text, new() { Zone = "+02:00" })).Refused).Fault.Code);
        Assert.Equal(
            "decimal-comma",
            Assert.Single((await _file.ReadText(BarFile.Header + BarFile.Good, new() { HasDecimalComma = true })).Broken).Fault.Code
        );
    }

    [Theory]
    [InlineData("EUR/USD")]
    [InlineData("EUR_USD")]
    [InlineData("EUR-USD")]
    [InlineData("eurusd")]
    [InlineData("C:EURUSD")]
    [InlineData("FX:EURUSD")]
    [InlineData("OANDA:EUR_USD")]
    [InlineData("EURUSD=X")]
    [InlineData("EURUSD.FXCM")]
    [InlineData("EURUSDm")]
    [InlineData("EURUSD.pro")]
    [InlineData("EURUSD#")]
    [InlineData("6E")]
    public async Task A_pair_is_known_by_each_usual_spelling_and_by_those_of_the_table(string spelling)
    {
        var read = await _file.ReadText(
            $"symbol,ts_utc,open,high,low,close\n{spelling},2019-10-01T00:00:00Z,1.1,1.1,1.1,1.1\n",
            new()
            {
                Known = s_known,
                Spellings = new Dictionary<string, Symbol> { ["6e"] = Symbol.Parse("EURUSD") },
            }
        );

        Assert.Equal(("EURUSD", UtcTime.At(2019, 10, 1)), (Assert.Single(read.Bars).Symbol.Name, read.Bars[0].Time));
    }

    [Theory]
    [InlineData("EURUSDT")]
    [InlineData("XEURUSD")]
    [InlineData("EURUSDJPY")]
    [InlineData("AUDNZD=X")]
    public async Task A_longer_word_is_another_thing(string spelling)
    {
        var read = await _file.ReadText(
            $"symbol,ts_utc,open,high,low,close\n{spelling},2019-10-01T00:00:00Z,1.1,1.1,1.1,1.1\n",
            new() { Known = s_known }
        );

        Assert.Equal((0, 1), (read.Bars.Count, read.Passed.OtherSymbols));
    }

    [Fact]
    public async Task A_refused_row_is_kept_whole_where_that_is_asked_for()
    {
        var row = $"EURUSD,2019-10-01T00:00:00Z,1.1,1.2,1.0,{new string('x', 200)},0";

        Assert.Equal(row, Assert.Single((await _file.ReadText($"{BarFile.Header}{row}\n", new() { KeepsLines = true })).Refused).Whole);
        Assert.Null(Assert.Single((await _file.ReadText($"{BarFile.Header}{row}\n")).Refused).Whole);
    }

    static string[] Shown(BarFile.Outcome read) => [.. read.Bars.Select(bar => bar.ToString())];

    // Prices by value: a middle has more places than its sides.
    static string Prices(string bar) =>
        string.Join(
            ' ',
            bar[(bar.LastIndexOf(' ') + 1)..]
                .Split('/')
                .Select(price => decimal.Parse(price, CultureInfo.InvariantCulture).ToString("0.########", CultureInfo.InvariantCulture))
                .Prepend(bar[..bar.LastIndexOf(' ')])
        );
}
