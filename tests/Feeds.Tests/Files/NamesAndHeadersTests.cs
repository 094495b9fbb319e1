using DxyOrleans.Core.Bars;
using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Feeds.Tests.Files;

public sealed class NamesAndHeadersTests : IDisposable
{
    const string Row = "20191025 060100;1.110500;1.110600;1.110400;1.110500;0\n";
    static readonly HashSet<Symbol> Known =
    [
        .. ((string[])["EURUSD", "USDJPY", "GBPUSD", "USDCAD", "USDSEK", "USDCHF", "DXY"]).Select(Symbol.Parse),
    ];

    readonly BarFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData("EURUSD_minute.csv")]
    [InlineData("EURUSD-export-1.csv")]
    [InlineData("backup_EURUSD.csv")]
    [InlineData("2019eurusd01.csv")]
    [InlineData("EUR_USD 2019.csv")]
    [InlineData("eur-usd.csv")]
    [InlineData("merged prices of EURUSD.txt")]
    [InlineData("EURUSD_EURUSD.csv")]
    public async Task A_known_symbol_in_a_files_name_is_taken(string name)
    {
        Assert.Equal("EURUSD", Assert.Single((await _file.ReadText(Row, new() { Known = Known }, name)).Bars).Symbol.Name);
    }

    [Theory]
    [InlineData("merged.csv", "none of the registry")]
    [InlineData("prices.csv", "none of the registry")]
    [InlineData("AUDNZD.csv", "none of the registry")]
    [InlineData("XEURUSDX.csv", "none of the registry")]
    [InlineData("EURUSDm.csv", "none of the registry")]
    [InlineData("EURUSD_USDJPY.csv", "EURUSD and USDJPY")]
    [InlineData("EUR-USD-JPY.csv", "EURUSD and USDJPY")]
    public async Task Without_one_or_with_two_the_way_is_said_and_works(string name, string says)
    {
        var broken = Assert.Single((await _file.ReadText(Row, new() { Known = Known }, name)).Broken);

        Assert.Contains(says, broken.Fault.Text, StringComparison.Ordinal);
        Assert.Contains("--symbol", broken.Fault.Text, StringComparison.Ordinal);
        Assert.Single((await _file.ReadText(Row, new() { Known = Known, Symbols = [Symbol.Parse("GBPUSD")] }, name)).Bars);
    }

    [Fact]
    public async Task An_archives_name_hints_where_its_entrys_does_not()
    {
        Assert.Equal(
            "EURUSD",
            Assert
                .Single((await BarFile.Read(_file.Write("EURUSD.zip", BarFile.Zip(("data.csv", Row))), new() { Known = Known })).Bars)
                .Symbol.Name
        );
    }

    [Theory]
    [InlineData("Close,Low,High,Open,TS_UTC,Symbol,Vol\n1.1,1.0,1.2,1.15,2019-10-01T00:00:00Z,EURUSD,3\n")]
    [InlineData(
        "\"symbol\",\"ts_utc\",\"open\",\"high\",\"low\",\"close\",\"volume\"\n\"EURUSD\",\"2019-10-01T00:00:00Z\",\"1.15\",\"1.2\",\"1.0\",\"1.1\",\"3\"\n"
    )]
    [InlineData("Ticker;Timestamp;Open;High;Low;Close;Volume\nEUR/USD;2019-10-01 00:00:00Z;1.15;1.2;1.0;1.1;3\n")]
    [InlineData("pair\tdate\ttime\topen\thigh\tlow\tclose\tvolume\r\nEURUSD\t2019-10-01\t00:00:00Z\t1.15\t1.2\t1.0\t1.1\t3\r\n")]
    [InlineData("sep=,\nsymbol, ts_utc, open, high, low, close, volume\nEURUSD, 2019-10-01T00:00:00Z, 1.15, 1.2, 1.0, 1.1, 3\n")]
    [InlineData(
        "# from somewhere\nsymbol,ts_utc,open,high,low,close,volume,spread,comment\nEURUSD,2019-10-01T00:00:00Z,1.15,1.2,1.0,1.1,3,2,\"a, b\"\n"
    )]
    [InlineData("symbol,ts_utc,open,high,low,close,volume,\nEURUSD,2019-10-01T00:00:00Z,1.15,1.2,1.0,1.1,3,\n")]
    public async Task Columns_are_known_by_name_in_any_order_and_spelling(string text)
    {
        var read = await _file.ReadText(text);

        Assert.Empty(read.Refused);
        var bar = Assert.Single(read.Bars);
        Assert.Equal("EURUSD/1m 2019-10-01T00:00:00Z 1.15/1.2/1.0/1.1", bar.ToString());
        Assert.Equal(3, bar.Volume);
    }

    [Fact]
    public async Task A_header_that_comes_again_is_no_row_even_with_its_columns_in_another_order()
    {
        var read = await _file.ReadText(
            BarFile.Header
                + BarFile.Good
                + BarFile.Header.ToUpperInvariant()
                + "\uFEFFts_utc,symbol,close,open,low,high,volume\n2019-10-01T00:01:00Z,EURUSD,1.08978,1.08985,1.08977,1.08988,0\n"
        );

        Assert.Empty(read.Refused);
        Assert.Equal(
            [
                "EURUSD/1m 2019-10-01T00:00:00Z 1.08992/1.08995/1.08983/1.08984",
                "EURUSD/1m 2019-10-01T00:01:00Z 1.08985/1.08988/1.08977/1.08978",
            ],
            read.Bars.Select(bar => bar.ToString())
        );
    }

    [Theory]
    [InlineData("EURUSD,2019-10-01T00:00:00Z,\"1,234.5\",1300,1200,1250,0", "thousands-separator")]
    [InlineData("EURUSD,2019-10-01T00:00:00Z,1.1,1.2,1.0,1.1,\"1,234.5\"", "thousands-separator")]
    [InlineData("EURUSD,2019-10-01T00:00:00Z,\"1,1\",1.2,1.0,1.1,0", "decimal-comma")]
    [InlineData("EURUSD,2019-10-01T00:00:00Z,1.1,1.2,1.0,1.1,0,", "wrong-columns")]
    public async Task What_stands_in_a_number_that_should_not_is_named(string row, string code)
    {
        Assert.Equal(code, Assert.Single((await _file.ReadText($"{BarFile.Header}{row}\n")).Refused).Fault.Code);
    }

    [Fact]
    public async Task A_format_that_is_forced_on_another_files_rows_is_refused_with_what_to_do()
    {
        var read = await _file.ReadText(BarFile.Good, new() { Format = "mt5" });

        Assert.Equal("not-this-format", Assert.Single(read.Broken).Fault.Code);
        Assert.Contains("leave --format out", read.Broken[0].Fault.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_of_symbols_that_nobody_asked_for_are_counted_apart_and_not_judged()
    {
        var read = await _file.ReadText(
            $"{BarFile.Header}XAUUSD,2019-10-01T00:00:00Z,0,x,0,,-1\nXAUUSD,x,1\nX:BTC-USD,2019-10-01T00:00:00Z,,,,,\n{BarFile.Good},2019,1,1,1,1,1\nTotal,4,,,,,\n",
            new() { Known = Known }
        );

        Assert.Equal((1, 3, 2), (read.Bars.Count, read.Passed.OtherSymbols, read.Refused.Count));
        Assert.Equal([new OtherSymbol("XAUUSD", 2, 2), new OtherSymbol("X:BTC-USD", 4, 1)], read.Others!.First);
        Assert.True(read.Others.AnyWanted);
    }

    [Fact]
    public async Task A_symbol_that_is_asked_for_and_not_in_the_registry_is_named_with_its_first_line_and_count()
    {
        var read = await _file.ReadText(
            $"{BarFile.Header}{BarFile.Good}XAUUSD,2019-10-01T00:00:00Z,1,1,1,1,1\nXAUUSD,2019-10-01T00:01:00Z,1,1,1,1,1\n",
            new() { Known = Known, Symbols = [Symbol.Parse("XAUUSD"), Symbol.Parse("USDJPY")] }
        );

        Assert.Equal((0, 1), (read.Bars.Count, read.PassedOver));
        var refused = Assert.Single(read.Refused);
        Assert.Equal(("unknown-symbol", 3, 2), (refused.Fault.Code, refused.Line, refused.Rows));
    }

    [Fact]
    public async Task Two_files_of_one_call_give_a_bar_once_and_never_one_over_the_other()
    {
        var reader = new BarFileReader(TimeProvider.System);
        var (bars, repeated, refused) = (0, 0, new List<RefusedRow>());
        foreach (
            var text in (string[])
                [BarFile.Good, BarFile.Good + BarFile.AlsoGood, BarFile.Good.Replace(",0\n", ",5\n", StringComparison.Ordinal)]
        )
        {
            await foreach (
                var batch in reader.Read(_file.Write("some.csv", BarFile.Header + text), new(), TestContext.Current.CancellationToken)
            )
            {
                bars += batch.Bars.Count;
                repeated += batch.Repeated;
                refused.AddRange(batch.Refused);
            }
        }

        Assert.Equal((2, 1), (bars, repeated));
        Assert.Equal(("contradiction", 2), (Assert.Single(refused).Fault.Code, refused[0].Line));
    }
}
