using System.IO.Compression;
using System.Text;
using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Feeds.Tests.Files;

public sealed class BrokenFileTests : IDisposable
{
    readonly BarFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData("", "empty-file")]
    [InlineData("\n  \r\n\n", "empty-file")]
    [InlineData("time,price\n1,2\n", "unknown-format")]
    [InlineData("20190930 190000;1.08992;1.08992;1.08983;1.08983;0\n", "no-symbol")]
    public async Task A_file_that_gives_nothing_says_why(string content, string code)
    {
        var read = await _file.ReadText(content);

        Assert.Empty(read.Bars);
        Assert.Empty(read.Refused);
        Assert.Equal(code, Assert.Single(read.Broken).Fault.Code);
        Assert.EndsWith("some.csv", read.Broken[0].File, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(BarFile.Header)]
    [InlineData("symbol,ts_utc,open,high,low,close,volume")]
    [InlineData("symbol,ts_utc,open,high,low,close,volume\r\n\r\n")]
    public async Task A_header_without_rows_is_a_whole_file_of_no_bars(string content)
    {
        var read = await _file.ReadText(content);

        Assert.Empty(read.Broken);
        Assert.Empty(read.Bars);
        Assert.Empty(read.Refused);
        Assert.Equal(["it has a header and no row"], read.Notes);
    }

    [Fact]
    public async Task Binary_files_are_told_from_text()
    {
        byte[][] binaries =
        [
            [0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10, 0, 0],
            [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0],
            new byte[300_000],
        ];
        foreach (var binary in binaries)
        {
            var read = await BarFile.Read(_file.Write("some.csv", binary));

            Assert.Equal("binary-file", Assert.Single(read.Broken).Fault.Code);
            Assert.Empty(read.Refused);
        }
    }

    [Fact]
    public async Task A_UTF16_file_is_read_with_its_mark_and_without_in_either_order_plain_and_packed()
    {
        foreach (var encoding in (Encoding[])[Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            var text = encoding.GetBytes(BarFile.Header + string.Concat(Rows(3000)));
            foreach (var content in (byte[][])[text, [.. encoding.GetPreamble(), .. text]])
            {
                Assert.Equal(3000, (await BarFile.Read(_file.Write("some.csv", content))).Bars.Count);
                Assert.Equal(3000, (await BarFile.Read(_file.Write("some.csv.gz", Packed(content)))).Bars.Count);
            }
        }

        static byte[] Packed(byte[] content)
        {
            var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
            {
                gzip.Write(content);
            }

            return packed.ToArray();
        }
    }

    [Fact]
    public async Task A_gzip_that_is_cut_off_keeps_the_rows_before_and_never_half_a_row()
    {
        var rows = Rows(20_000);
        var whole = BarFile.Gzip(BarFile.Header + string.Concat(rows));
        foreach (var cut in (int[])[1, 4, 8, 9, whole.Length / 2, whole.Length - 300])
        {
            var read = await BarFile.Read(_file.Write("some.csv.gz", whole[..^cut]));

            var broken = Assert.Single(read.Broken);
            Assert.Equal("broken-archive", broken.Fault.Code);
            Assert.Equal(read.Bars.Count + 1, broken.Line);
            Assert.Empty(read.Refused);
            Assert.All(read.Bars, bar => Assert.Equal(1.1m, bar.Close));
        }

        var half = await BarFile.Read(_file.Write("some.csv.gz", whole[..^(whole.Length / 2)]));
        Assert.InRange(half.Bars.Count, 5_000, 15_000);
    }

    [Fact]
    public async Task A_damaged_gzip_is_told()
    {
        var damaged = BarFile.Gzip(BarFile.Header + string.Concat(Rows(5_000)));
        damaged[^6] ^= 1;

        Assert.Equal("broken-archive", Assert.Single((await BarFile.Read(_file.Write("some.csv.gz", damaged))).Broken).Fault.Code);
    }

    [Fact]
    public async Task A_zip_entry_with_a_flipped_bit_is_told_though_it_unpacks()
    {
        var zip = BarFile.Zip(("EURUSD.csv", BarFile.Header + BarFile.Good + BarFile.AlsoGood));
        var at = zip.AsSpan().IndexOf("1.08978"u8);
        zip[at + 6] ^= 1;

        Assert.Equal("broken-archive", Assert.Single((await BarFile.Read(_file.Write("some.zip", zip))).Broken).Fault.Code);
    }

    [Fact]
    public async Task A_zip_that_is_cut_off_is_told()
    {
        var zip = BarFile.Zip(("EURUSD.csv", BarFile.Header + BarFile.Good));

        Assert.Equal("broken-archive", Assert.Single((await BarFile.Read(_file.Write("some.zip", zip[..^30]))).Broken).Fault.Code);
    }

    [Fact]
    public async Task An_archive_without_a_file_is_empty() =>
        Assert.Equal("empty-file", Assert.Single((await BarFile.Read(_file.Write("some.zip", BarFile.Zip()))).Broken).Fault.Code);

    [Fact]
    public async Task Unpacking_stops_at_the_limit_over_all_entries()
    {
        var content = BarFile.Header + string.Concat(Rows(2_000));
        var zip = BarFile.Zip(("a.csv", content), ("b.csv", content), ("c.csv", content));

        var read = await BarFile.Read(_file.Write("some.zip", zip), new BarFileOptions { MaxUncompressedBytes = content.Length * 3 / 2 });

        Assert.InRange(read.Bars.Count, 2_000, 3_000);
        Assert.Equal(["too-large", "too-large"], read.Broken.Select(broken => broken.Fault.Code));
    }

    [Fact]
    public async Task A_bomb_of_blank_lines_is_stopped_by_the_limit()
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            var blank = Enumerable.Repeat((byte)'\n', 1 << 20).ToArray();
            for (var i = 0; i < 32; i++)
            {
                gzip.Write(blank);
            }
        }

        var read = await BarFile.Read(_file.Write("some.csv.gz", packed.ToArray()), new BarFileOptions { MaxUncompressedBytes = 8 << 20 });

        Assert.Equal("too-large", Assert.Single(read.Broken).Fault.Code);
    }

    [Fact]
    public async Task A_file_that_is_not_there_is_told_not_thrown() =>
        Assert.Equal("unreadable", Assert.Single((await BarFile.Read(Path.Combine(_file.Folder, "absent.csv"))).Broken).Fault.Code);

    static string[] Rows(int count)
    {
        var start = new DateTime(2019, 10, 1);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(i => $"EURUSD,{start.AddMinutes(i):yyyy-MM-dd'T'HH:mm:ss'Z'},1.1,1.2,1.{i % 1000:000},1.1,{i * 7919 % 9973}\n")
                .Select(row =>
                    row.Replace(",1.2,1.", ",1.2,0.", StringComparison.Ordinal).Replace(",0.000,", ",0.001,", StringComparison.Ordinal)
                ),
        ];
    }
}
