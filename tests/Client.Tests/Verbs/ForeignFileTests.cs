using System.Globalization;
using System.Text;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

/// <summary>Files of others, as a call of the console meets them.</summary>
public sealed class ForeignFileTests(TestServer server)
{
    const string Header = "symbol,ts_utc,open,high,low,close,volume\n";

    [Fact]
    public async Task A_vendors_day_of_a_whole_market_gives_the_six_and_the_one_broken_row_that_matters()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var day = dxy.Write("day.csv", VendorDay(sound: false));
        var called = await dxy.RunAsync("import", day);
        Assert.True(called.Code == 5, called.ToString());
        Assert.Contains("refused  day.csv:22089: high 107.55 is below low 108.55", called.Out, StringComparison.Ordinal);
        Assert.Contains("22,000 rows of 1,100 other symbols passed over in day.csv", called.Out, StringComparison.Ordinal);
        Assert.Equal(1, called.Out.Split('\n').Count(line => line.StartsWith("refused", StringComparison.Ordinal)));
        Assert.Equal(119, await Count(dxy, "data_bars WHERE source = 'ingest'"));

        var json = (await dxy.RunAsync("import", day, "--json")).Json.GetProperty("files")[0];
        Assert.Equal(22_089, Assert.Single(json.GetProperty("refused_rows").EnumerateArray()).GetProperty("line").GetInt64());
        Assert.Equal(22_000, json.GetProperty("passed_over_by_cause").GetProperty("other_symbols").GetInt64());
        Assert.Equal(119, json.GetProperty("equal").GetInt32());

        var sound = await dxy.RunAsync("import", dxy.Write("sound.csv", VendorDay(sound: true)));
        Assert.True(sound.Code == 0, sound.ToString());
        Assert.Equal(120, await Count(dxy, "data_bars WHERE source = 'ingest'"));
    }

    [Theory]
    [InlineData("USDJPY,GBPUSD")]
    [InlineData("USDJPY", "--symbol", "GBPUSD")]
    public async Task Several_symbols_can_be_asked_for(params string[] symbols)
    {
        await using var dxy = await Dxy.OnAsync(server);
        var called = await dxy.RunAsync(["import", dxy.Pairs(5), "--no-derive", "--symbol", .. symbols]);
        Assert.True(called.Code == 0, called.ToString());
        Assert.Equal(10, await Count(dxy, "data_bars"));
    }

    [Fact]
    public async Task A_rare_fault_is_listed_beside_thousands_of_another_and_each_reason_says_its_number()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var text = new StringBuilder(Header);
        for (var i = 0; i < 1500; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $"EURUSD,2019-10-07T{i / 60 % 24:00}:{i % 60:00}:00Z,1.1,1.0,1.2,1.1,0\n");
            text.Append(CultureInfo.InvariantCulture, $"USDJPY,2019-10-07T{i / 60 % 24:00}:{i % 60:00}:00Z,107,107,107,107,null\n");
        }

        var file = dxy.Write("bad.csv", $"{text}GBPUSD,2019-10-07T10:00:00Z,0,1,0,1,0\n");
        foreach (
            var call in (string[][])
                [
                    ["import", file],
                    ["import", file, "--verbose"],
                ]
        )
        {
            var called = await dxy.RunAsync(call);
            Assert.Equal(5, called.Code);
            Assert.StartsWith("refused  bad.csv:3002: open is 0", called.Out.Split('\n')[2], StringComparison.Ordinal);
        }

        var json = (await dxy.RunAsync("import", file, "--json")).Json.GetProperty("files")[0];
        Assert.Equal(
            [1, 1500, 1500],
            json.GetProperty("refused_by_reason").EnumerateArray().Select(reason => reason.GetProperty("rows").GetInt32())
        );
        Assert.Equal(
            [1, 1000, 1000],
            json.GetProperty("refused_by_reason").EnumerateArray().Select(reason => reason.GetProperty("listed").GetInt32())
        );
    }

    [Fact]
    public async Task That_no_row_is_of_a_symbol_that_is_wanted_is_said()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var file = dxy.Write("gold.csv", $"{Header}XAUUSD,2019-10-07T10:00:00Z,1500,1500,1500,1500,0\n");
        var called = await dxy.RunAsync("import", file);
        Assert.Equal(5, called.Code);
        Assert.Contains("nothing taken: ", called.Out, StringComparison.Ordinal);
        Assert.Contains(
            "1 row of 1 other symbol passed over in gold.csv: XAUUSD (1 row from line 2)",
            called.Out,
            StringComparison.Ordinal
        );
        Assert.Contains("no row of gold.csv is of a symbol in the registry (", called.Out, StringComparison.Ordinal);

        // Beside a file of which something is wanted it is no fault.
        Assert.Equal(0, (await dxy.RunAsync("import", file, dxy.Pairs(5))).Code);

        var asked = await dxy.RunAsync("import", file, "--symbol", "XAUUSD");
        Assert.Equal(5, asked.Code);
        Assert.Contains("refused  gold.csv:2: XAUUSD is not in the registry: 1 rows of it", asked.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Quarters_of_an_hour_given_as_minutes_store_nothing_and_go_in_as_what_they_are()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var file = dxy.Write(
            "m15.csv",
            Header
                + string.Concat(
                    Enumerable.Range(0, 8).Select(i => $"EURUSD,2019-10-08T{10 + (i / 4)}:{i % 4 * 15:00}:00Z,1.1,1.2,1.0,1.1,100\n")
                )
        );
        var called = await dxy.RunAsync("import", file);
        Assert.Equal(5, called.Code);
        Assert.Contains(
            "the rows lie 15 minutes apart, where 1m bars are expected; say --timeframe 15m, or --sparse",
            called.Out,
            StringComparison.Ordinal
        );
        Assert.Equal(0, await Count(dxy, "data_bars"));
        Assert.Equal(0, (await dxy.RunAsync("import", file, "--timeframe", "15m")).Code);
        Assert.Equal(8, await Count(dxy, "data_bars WHERE timeframe = '15m'"));
    }

    [Fact]
    public async Task What_bars_prints_comes_back_as_it_was_derived_and_partial_rows_too()
    {
        await using var dxy = await Dxy.OnAsync(server);
        Assert.Equal(0, (await dxy.RunAsync("import", dxy.Pairs(60))).Code);
        await dxy.Database.RunAsync(
            """
            UPDATE data_bars SET vwap = 1.15, trade_count = 7, vol = 12.000012 WHERE canonical_symbol = 'EURUSD'
              AND ts_utc = '2019-10-07 10:02+00';
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, is_partial, source)
            VALUES ('EURUSD', '1m', '2019-10-07 11:30+00', 1.1, 1.1, 1.1, 1.1, true, 'ingest');
            """
        );
        await dxy.RunAsync("derive", "DXY", "--from", "2019-10-07T10:00:00Z", "--to", "2019-10-07T12:00:00Z");
        var files = new List<string>();
        foreach (
            var (symbol, timeframe) in (IEnumerable<(string, string)>)
                [("EURUSD", "1m"), ("EURUSD", "5m"), ("EURUSD", "1h"), ("DXY", "1m"), ("DXY", "5m")]
        )
        {
            var printed = await dxy.RunAsync(
                "bars",
                symbol,
                timeframe,
                "--from",
                "2019-10-07T00:00:00Z",
                "--to",
                "2019-10-08T00:00:00Z",
                "--format",
                "csv"
            );
            files.Add(dxy.Write($"out/{symbol}-{timeframe}.csv", printed.Out));
        }

        const string All =
            "SELECT string_agg(concat_ws(' ', canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, "
            + "is_partial, source, raw), E'\\n' ORDER BY canonical_symbol, timeframe, ts_utc) FROM (SELECT canonical_symbol, "
            + "timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, source, raw FROM data_bars WHERE "
            + "canonical_symbol IN ('EURUSD', 'DXY') UNION ALL SELECT canonical_symbol, timeframe, ts_utc, open, high, low, "
            + "close, vol, vwap, trade_count, is_partial, source, raw FROM derived_data_bars WHERE canonical_symbol = "
            + "'EURUSD' OR (canonical_symbol = 'DXY' AND timeframe = '5m')) AS b";
        var before = await dxy.Database.ValueAsync<string>(All);
        var again = await dxy.RunAsync(["import", .. files, "--json"]);
        Assert.True(again.Code == 0, again.ToString());
        foreach (var file in again.Json.GetProperty("files").EnumerateArray())
        {
            Assert.Equal(file.GetProperty("read").GetInt32(), file.GetProperty("equal").GetInt32());
        }

        await using var empty = await Dxy.OnAsync(server);
        var brought = await empty.RunAsync(["import", .. files, "--json", "--no-derive"]);
        Assert.True(brought.Code == 0, brought.ToString());
        foreach (var file in brought.Json.GetProperty("files").EnumerateArray())
        {
            Assert.Equal(file.GetProperty("read").GetInt32(), file.GetProperty("new").GetInt32());
        }

        Assert.Equal(before, await empty.Database.ValueAsync<string>(All));
    }

    [Fact]
    public async Task A_derived_or_partial_row_of_a_copy_takes_no_other_rows_place_and_a_deleted_one_none_at_all()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(60));
        const string Columns =
            "canonical_symbol,timeframe,ts_utc,open,high,low,close,vol,vwap,trade_count,is_partial,source,ingested_at,raw,created_at,updated_at";
        var data = dxy.Write(
            "data.csv",
            $"""
            {Columns}
            DXY,1m,2019-10-07 10:00:00+00,98,98,98,98,0,,0,f,synthetic,,{"{}"},,
            EURUSD,1m,2019-10-07 10:00:00+00,2,2,2,2,0,,0,t,ingest,,{"{}"},,

            """
        );
        var derived = dxy.Write(
            "derived.csv",
            $"""
            {Columns},derivation_version,deleted_at
            EURUSD,5m,2019-10-08 10:00:00+00,2,2,2,2,0,,0,f,derived,,{"{}"},,,1,2019-11-01 00:00:00+00
            EURUSD,5m,2019-10-08 10:05:00+00,2,2,2,2,0,,0,f,derived,,{"{}"},,,1,

            """
        );
        var called = await dxy.RunAsync("import", data, derived, "--json");
        Assert.True(called.Code == 0, called.ToString());
        Assert.Equal(2, called.Json.GetProperty("files")[0].GetProperty("kept_other_source").GetInt32());
        Assert.Equal(
            (1, 1),
            (
                called.Json.GetProperty("files")[1].GetProperty("new").GetInt32(),
                called.Json.GetProperty("files")[1].GetProperty("passed_over").GetInt32()
            )
        );
        Assert.Equal(0, await Count(dxy, "data_bars WHERE close = 98 OR is_partial"));
        Assert.Equal(1, await Count(dxy, "derived_data_bars WHERE canonical_symbol = 'EURUSD' AND close = 2"));
    }

    [Fact]
    public async Task The_cases_of_others_are_read_as_their_page_says()
    {
        var cases = Cases();
        Assert.SkipWhen(cases is null, "needs ../shared/cases");
        await using var dxy = await Dxy.OnAsync(server);
        await Expect(5, 7, "09-2019-10-01.csv");
        Assert.Equal(
            99.40385210m,
            await dxy.Database.ValueAsync<decimal>(
                "SELECT close FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '2019-10-01 00:00+00'"
            )
        );
        await Expect(5, 3, "10-tv-eurusd.csv");
        await Expect(0, 4, "01-DAT_MT_EURUSD_M1_201910.csv");
        await Expect(0, 0, "02-DAT_NT_EURUSD_M1_201910.csv");
        await Expect(5, 0, "11-merged.csv");
        await Expect(0, 0, "11b-prices.csv", "--symbol", "EURUSD");
        await Expect(0, 0, "11c-backup_EURUSD.csv");
        await Expect(0, 1, "46-EURUSD_minute.csv");
        await Expect(0, 3, "04-EURUSD_Candlestick_1_M_BID_04.10.2019-05.10.2019.csv");
        await Expect(0, 7, "14-pandas-to_csv.csv");
        await Expect(5, 0, "15-naive-athens.csv");
        await Expect(0, 2, "15-naive-athens.csv", "--zone", "Europe/Athens");
        await Expect(5, 0, "16-USDSEK-m15.csv");
        await Expect(0, 40, "16-USDSEK-m15.csv", "--timeframe", "15m");
        await Expect(0, 24, "16b-six-pairs-m15.csv", "--timeframe", "15m");
        await Expect(5, 6, "21-numbers.csv");
        await Expect(0, 10, "13b-copy-data_bars.csv", fresh: true);
        await Expect(0, 18, "13-own-export.csv");
        await Expect(5, 0, "05-EURUSD_M1_201910010300_201910010302.csv");
        await Expect(0, 3, "05b-EURUSD_M1_mt5_utf8.csv", "--zone", "+03:00", fresh: true);
        await Expect(0, 0, "05-EURUSD_M1_201910010300_201910010302.csv", "--zone", "+03:00");
        await Expect(0, 4, "03-eurusd-m1-bid-2019-10-01-2019-10-02.csv", fresh: true);

        async Task Expect(int code, int bars, string file, string? option = null, string? value = null, bool fresh = false)
        {
            if (fresh)
            {
                await dxy.Database.RunAsync("DELETE FROM data_bars");
            }

            var called = await dxy.RunAsync([
                "import",
                Path.Combine(cases!, file),
                "--json",
                .. option is null ? (string[])[] : [option, value!],
            ]);
            Assert.True(
                called.Code == code && called.Json.GetProperty("files")[0].GetProperty("new").GetInt32() == bars,
                $"{file}: {called}"
            );
        }
    }

    static string? Cases()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DxyOrleans.sln")))
            {
                var cases = Path.GetFullPath(Path.Combine(folder.FullName, "../shared/cases"));
                return Directory.Exists(cases) ? cases : null;
            }
        }

        return null;
    }

    // What a vendor's flat file of a day has: 1,100 pairs of others before the six, one row of which may be broken.
    static string VendorDay(bool sound)
    {
        var text = new StringBuilder("ticker,volume,open,close,high,low,window_start,transactions\n");
        for (var other = 0; other < 1100; other++)
        {
            Pair($"A{(char)('A' + (other / 26 % 26))}{(char)('A' + (other % 26))}-{(char)('A' + (other / 676))}XX", "1.5", -1);
        }

        foreach (
            var (pair, price) in (IEnumerable<(string, string)>)
                [("EUR-USD", "1.1105"), ("GBP-USD", "1.2830"), ("USD-CAD", "1.3060"), ("USD-CHF", "0.9920")]
        )
        {
            Pair(pair, price, -1);
        }

        Pair("USD-JPY", "108.55", sound ? -1 : 7);
        Pair("USD-SEK", "9.66", -1);
        return text.ToString();

        void Pair(string pair, string price, int broken)
        {
            for (var minute = 0; minute < 20; minute++)
            {
                var high =
                    minute == broken
                        ? (decimal.Parse(price, CultureInfo.InvariantCulture) - 1).ToString(CultureInfo.InvariantCulture)
                        : price;
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"C:{pair},3,{price},{price},{high},{price},{1571702400 + (60 * minute)}000000000,3\n"
                );
            }
        }
    }

    static Task<long> Count(Dxy dxy, string of) => dxy.Database.ValueAsync<long>($"SELECT count(*) FROM {of}");
}
