using System.IO.Compression;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

public sealed class ImportTests(TestServer server)
{
    const string Header = "symbol,ts_utc,open,high,low,close,volume\n";

    [Fact]
    public async Task Six_pairs_become_the_index_and_its_rollups_and_a_second_import_writes_nothing()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var file = dxy.Pairs(60);
        var first = await dxy.RunAsync("import", file, "--json");
        Assert.True(first.Code == 0, first.ToString());
        Assert.Equal("dxy.import/1", first.Json.GetProperty("schema").GetString());
        Assert.Equal(360, first.Json.GetProperty("files")[0].GetProperty("new").GetInt32());
        Assert.Equal(60, await Count(dxy, "data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(12, await Count(dxy, "derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '5m'"));

        var before = await dxy.Database.ValueAsync<string>("SELECT max(updated_at)::text || max(xmin::text) FROM data_bars");
        var second = await dxy.RunAsync("import", file, "--json");
        Assert.Equal(0, second.Code);
        Assert.Equal(360, second.Json.GetProperty("files")[0].GetProperty("equal").GetInt32());
        Assert.Equal(before, await dxy.Database.ValueAsync<string>("SELECT max(updated_at)::text || max(xmin::text) FROM data_bars"));
        Assert.Equal(0, await Count(dxy, "dxy.change"));
    }

    [Theory]
    [InlineData("EURUSD,2019-10-07T10:00:00Z,1.1,1.0,1.2,1.1,0", "high-below-low")]
    [InlineData("EURUSD,2019-10-07T10:00:00Z,0,1.2,0,1.1,0", "not-positive")]
    [InlineData("EURUSD,2019-10-07T10:00:00Z,abc,1.2,1.0,1.1,0", null)]
    [InlineData("EURUSD,2019-10-07T10:00:00,1.1,1.2,1.0,1.1,0", null)]
    [InlineData("EURUSD,2019-10-07T10:00:30Z,1.1,1.2,1.0,1.1,0", "off-grid")]
    [InlineData("EURUSD,2999-10-07T10:00:00Z,1.1,1.2,1.0,1.1,0", "in-the-future")]
    [InlineData("EURUSD,2019-10-07T10:00:00Z,1.1,1.2", null)]
    [InlineData("DXY,2019-10-07T10:00:00Z,98,98,98,98,0", "derived-here")]
    public async Task A_bad_row_is_refused_with_its_reason_and_the_good_ones_beside_it_are_kept(string row, string? code)
    {
        await using var dxy = await Dxy.OnAsync(server);
        var file = dxy.Write(
            "bad.csv",
            $"{Header}EURUSD,2019-10-07T09:58:00Z,1.1,1.2,1.0,1.1,0\n{row}\nEURUSD,2019-10-07T10:02:00Z,1.1,1.2,1.0,1.1,0\n"
        );
        var called = await dxy.RunAsync("import", file, "--json");
        Assert.Equal(5, called.Code);
        var refused = called.Json.GetProperty("files")[0].GetProperty("refused_rows")[0];
        if (code is not null)
        {
            Assert.Equal(code, refused.GetProperty("code").GetString());
        }

        if (code is not "derived-here")
        {
            Assert.Equal(3, refused.GetProperty("line").GetInt32());
        }

        Assert.Equal(2, await Count(dxy, "data_bars WHERE canonical_symbol = 'EURUSD'"));
    }

    [Theory]
    [InlineData("", "empty-file")]
    [InlineData("some,other,header\n1,2,3\n", "unknown-format")]
    public async Task A_file_without_bars_is_told_and_ends_with_5(string text, string code)
    {
        await using var dxy = await Dxy.OnAsync(server);
        var called = await dxy.RunAsync("import", dxy.Write("odd.csv", text), "--json");
        Assert.Equal(5, called.Code);
        Assert.Equal(code, called.Json.GetProperty("files")[0].GetProperty("broken").GetProperty("code").GetString());
    }

    [Fact]
    public async Task A_day_without_bars_among_others_is_noted_and_refuses_nothing()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var called = await dxy.RunAsync("import", dxy.Write("sunday.csv", Header), dxy.Pairs(5));
        Assert.Equal(0, called.Code);
        Assert.Contains("note     sunday.csv: it has a header and no row", called.Out, StringComparison.Ordinal);
        Assert.Equal(30, await Count(dxy, "data_bars WHERE canonical_symbol <> 'DXY'"));
        Assert.Equal(0, (await dxy.RunAsync("import", dxy.Write("sunday.csv", Header), "--json")).Code);
    }

    [Fact]
    public async Task A_gzip_that_is_cut_off_keeps_what_stands_before_and_ends_with_5()
    {
        await using var dxy = await Dxy.OnAsync(server);
        var plain = await File.ReadAllBytesAsync(dxy.Pairs(500));
        var path = Path.Combine(dxy.Folder, "cut.csv.gz");
        await using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Optimal))
        {
            await gzip.WriteAsync(plain);
        }

        var whole = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, whole[..(whole.Length * 2 / 3)]);
        var called = await dxy.RunAsync("import", path, "--json", "--no-derive");
        Assert.Equal(5, called.Code);
        Assert.Equal("broken-archive", called.Json.GetProperty("files")[0].GetProperty("broken").GetProperty("code").GetString());
        Assert.Equal(called.Json.GetProperty("files")[0].GetProperty("new").GetInt64(), await Count(dxy, "data_bars"));
        Assert.InRange(await Count(dxy, "data_bars"), 1, 2999);
    }

    [Fact]
    public async Task Another_sources_row_stands_and_the_disagreement_is_listed_until_the_file_is_preferred()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.Database.RunAsync(
            $"INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('EURUSD', '1m', "
                + $"'{Dxy.Monday}', 2, 2, 2, 2, 'massive_api')"
        );
        var file = dxy.Pairs(5);
        var called = await dxy.RunAsync("import", file);
        Assert.Equal(0, called.Code);
        Assert.Contains($"EURUSD/1m {Dxy.Monday}: massive_api says", called.Out, StringComparison.Ordinal);
        Assert.Equal(2m, await Close(dxy));
        Assert.Equal(0, (await dxy.RunAsync("import", file, "--prefer-file")).Code);
        Assert.Equal(1.10000m, await Close(dxy));
    }

    static Task<decimal> Close(Dxy dxy) =>
        dxy.Database.ValueAsync<decimal>($"SELECT close FROM data_bars WHERE canonical_symbol = 'EURUSD' AND ts_utc = '{Dxy.Monday}'");

    static Task<long> Count(Dxy dxy, string of) => dxy.Database.ValueAsync<long>($"SELECT count(*) FROM {of}");
}
