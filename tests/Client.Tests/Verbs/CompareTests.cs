using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

public sealed class CompareTests(TestServer server)
{
    const int Minutes = 60;

    [Fact]
    public async Task A_series_equal_to_ours_has_no_error_whatever_its_shape()
    {
        await using var dxy = await DerivedAsync();
        var closes = await ClosesAsync(dxy);
        var bars = new StringBuilder("symbol,ts_utc,open,high,low,close,volume\n");
        foreach (var (time, close) in closes)
        {
            bars.Append(CultureInfo.InvariantCulture, $"DXY,{time},{close},{close},{close},{close},1\nEURUSD,{time},1,1,1,1,1\n");
        }

        var values = Values(closes, time => time.ToString(), ",");
        foreach (
            var (file, options) in new (string, string[])[]
            {
                (dxy.Write("bars.csv", bars.ToString()), []),
                (Packed(dxy, "values.csv.gz", "time,value\n" + values), []),
                (dxy.Write("epoch.txt", Values(closes, time => Seconds(time), "\t")), []),
                (dxy.Write("milliseconds.txt", Values(closes, time => Seconds(time) + "000", "\t")), []),
                (dxy.Write("end.csv", Values(closes, time => (time + Timeframe.OneMinute).ToString(), ";")), ["--label", "end"]),
                (
                    dxy.Write(
                        "york.csv",
                        Values(closes, time => $"{(time - TimeSpan.FromHours(4)).ToDateTime():yyyy-MM-dd HH:mm:ss}", ",")
                    ),
                    ["--zone", "America/New_York"]
                ),
            }
        )
        {
            var compared = await dxy.RunAsync(["compare", "DXY", file, "--max-mae", "0", "--max-error", "0", "--json", .. options]);
            Assert.Equal((0, file), (compared.Code, file));
            Assert.Equal((Minutes, 0), (compared.Json.GetProperty("n").GetInt32(), compared.Json.GetProperty("max").GetDouble()));
            Assert.Equal(0, compared.Json.GetProperty("better_shift_minutes").GetDouble());
        }
    }

    [Fact]
    public async Task Beyond_a_bound_it_exits_with_10_and_names_the_figure_the_worst_point_and_its_hour()
    {
        await using var dxy = await DerivedAsync();
        var closes = await ClosesAsync(dxy);
        closes[7] = (closes[7].Time, closes[7].Close - 0.25m);
        var file = dxy.Write("other.csv", Values(closes, time => time.ToString(), ","));
        Assert.Equal(0, (await dxy.RunAsync("compare", "DXY/1m", file)).Code);
        var compared = await dxy.RunAsync("compare", "DXY/1m", file, "--max-error", "0.2", "--max-bias", "0.1", "--json");
        Assert.Equal(10, compared.Code);
        Assert.Equal(
            ["the largest error is 0.25, above 0.2"],
            compared.Json.GetProperty("beyond").EnumerateArray().Select(sentence => sentence.GetString())
        );
        var worst = compared.Json.GetProperty("worst")[0];
        Assert.Equal((closes[7].Time.ToString(), 0.25m), (worst.GetProperty("time").GetString(), worst.GetProperty("error").GetDecimal()));
        Assert.Equal(10, Assert.Single(compared.Json.GetProperty("by_hour").EnumerateArray()).GetProperty("hour").GetInt32());
        Assert.Contains(
            "beyond the bounds",
            (await dxy.RunAsync("compare", "DXY", file, "--max-error", "0.2")).Out,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_clock_that_is_off_is_told_and_nothing_in_common_is_no_agreement()
    {
        await using var dxy = await DerivedAsync();
        var closes = await ClosesAsync(dxy);
        var late = dxy.Write("late.csv", Values(closes, time => (time + TimeSpan.FromHours(5)).ToString(), ","));
        var compared = await dxy.RunAsync("compare", "DXY", late, "--max-mae", "1");
        Assert.Equal(11, compared.Code);
        Assert.Contains("moved by -300 minutes", compared.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_that_say_nothing_are_left_out_and_said_and_a_file_of_them_is_refused()
    {
        await using var dxy = await DerivedAsync();
        var closes = await ClosesAsync(dxy);
        var file = dxy.Write("odd.csv", "time,value\nyesterday 1,100\n" + Values(closes, time => time.ToString(), ","));
        var compared = await dxy.RunAsync("compare", "DXY", file);
        Assert.Equal(0, compared.Code);
        Assert.Contains(
            "1 rows of it are left out, line 2: 'yesterday 1' is no time with a zone",
            compared.Error,
            StringComparison.Ordinal
        );

        Assert.Equal(5, (await dxy.RunAsync("compare", "DXY", dxy.Write("local.csv", "2019-10-07 10:00,100\n"))).Code);
        Assert.Equal(5, (await dxy.RunAsync("compare", "DXY", "absent.csv")).Code);
        Assert.Equal(2, (await dxy.RunAsync("compare", "DXY", file, "--max-mae", "-1")).Code);
        Assert.Equal(2, (await dxy.RunAsync("compare", "DXY", file, "--zone", "Mars/Olympus")).Code);
        Assert.Equal(2, (await dxy.RunAsync("compare", "NOPE", file)).Code);
    }

    [Fact]
    public async Task A_picture_is_drawn_of_both_and_of_the_error()
    {
        await using var dxy = await DerivedAsync();
        var file = dxy.Write("a & b.csv", Values(await ClosesAsync(dxy), time => time.ToString(), ","));
        Assert.Equal(0, (await dxy.RunAsync("compare", "DXY", file, "--plot", "out.svg")).Code);
        var svg = XDocument.Load(Path.Combine(dxy.Folder, "out.svg"));
        XNamespace names = "http://www.w3.org/2000/svg";
        Assert.Equal(names + "svg", svg.Root!.Name);
        Assert.Equal(3, svg.Descendants(names + "path").Count());
        Assert.Contains(svg.Descendants(names + "text"), text => text.Value.Contains("DXY/1m against a & b.csv", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stored_series_can_be_the_other_and_a_bad_print_of_a_vendors_cross_stands_out()
    {
        await using var dxy = await DerivedAsync();
        await dxy.Database.RunAsync(
            """
            INSERT INTO core_asset_registry_all (canonical_symbol, asset_class, active, metadata) VALUES
              ('EURJPY', 'fx', true, '{}'),
              ('EURJPY.X', 'fx_cross', true, '{"is_synthetic": true, "components": ["EURUSD", "USDJPY"],
                "factor": 1, "exponents": {"EURUSD": 1, "USDJPY": 1}}');
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT 'EURJPY', '1m', e.ts_utc, p.price, p.price, p.price, p.price, 'ingest'
            FROM data_bars AS e JOIN data_bars AS j ON j.ts_utc = e.ts_utc AND j.canonical_symbol = 'USDJPY'
            CROSS JOIN LATERAL (
              SELECT round(e.close * j.close + CASE WHEN e.ts_utc = '2019-10-07 10:20Z' THEN 1.5 ELSE 0.002 END, 3) AS price) AS p
            WHERE e.canonical_symbol = 'EURUSD';
            """
        );
        Assert.Equal(0, (await dxy.RunAsync(["derive", "EURJPY.X", .. Dxy.Range(Minutes)])).Code);
        var compared = await dxy.RunAsync("compare", "EURJPY.X", "EURJPY/1m", "--max-error", "0.1", "--json");
        Assert.Equal(10, compared.Code);
        Assert.Equal("2019-10-07T10:20:00Z", compared.Json.GetProperty("worst")[0].GetProperty("time").GetString());
        Assert.True(compared.Json.GetProperty("p95").GetDouble() < 0.01);
    }

    async Task<Dxy> DerivedAsync()
    {
        var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(Minutes));
        return dxy;
    }

    static async Task<List<(UtcTime Time, decimal Close)>> ClosesAsync(Dxy dxy)
    {
        var csv = (await dxy.RunAsync(["bars", "DXY", "1m", "--format", "csv", .. Dxy.Range(Minutes)])).Out;
        var lines = csv.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var head = lines[0].Split(',');
        var (time, close) = (Array.IndexOf(head, "ts_utc"), Array.IndexOf(head, "close"));
        return
        [
            .. lines
                .Skip(1)
                .Select(line => line.Split(','))
                .Select(row => (UtcTime.Parse(row[time]), decimal.Parse(row[close], CultureInfo.InvariantCulture))),
        ];
    }

    static string Values(List<(UtcTime Time, decimal Close)> closes, Func<UtcTime, string> time, string separator) =>
        string.Concat(closes.Select(row => string.Create(CultureInfo.InvariantCulture, $"{time(row.Time)}{separator}{row.Close}\n")));

    static string Seconds(UtcTime time) => new DateTimeOffset(time.ToDateTime()).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    static string Packed(Dxy dxy, string name, string text)
    {
        var path = Path.Combine(dxy.Folder, name);
        using var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        gzip.Write(Encoding.UTF8.GetBytes(text));
        return path;
    }
}
