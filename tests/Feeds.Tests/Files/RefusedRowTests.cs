using System.Text;
using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Feeds.Tests.Files;

public sealed class RefusedRowTests : IDisposable
{
    readonly BarFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData("EURUSD,2019-10-01T00:02:00Z,NaN,1.2,1.0,1.1,0", "not-a-number", "open is 'NaN'")]
    [InlineData("EURUSD,2019-10-01T00:02:00Z,1.1,Infinity,1.0,1.1,0", "not-a-number", "high is 'Infinity'")]
    [InlineData("EURUSD,2019-10-01T00:02:00Z,1.1,1.2,1.0,,0", "not-a-number", "close is ''")]
    [InlineData("EURUSD,2019-10-01T00:02:00Z,1.1,1.2,1.0,1.1,x", "not-a-number", "volume is 'x'")]
    [InlineData("EURUSD,2019-10-01T00:02:00Z,1.1,1.2,0,1.1,0", "not-positive", "low is 0")]
    [InlineData("EURUSD,2019-10-01T00:02:00Z,1.1,1.2,-1.0,1.1,0", "not-positive", "low is -1.0")]
    [InlineData("EURUSD,2019-10-01T00:02:00Z,0.000000001,1.2,1.0,1.1,0", "not-positive", "open is 0")]
    [InlineData("EURUSD,2019-10-01T00:02:00Z,1.1,1.0,1.2,1.1,0", "high-below-low", "high 1.0 is below low 1.2")]
    [InlineData("EURUSD,2019-10-01T00:02:00Z,1.3,1.2,1.0,1.1,0", "outside-range", "open 1.3")]
    [InlineData("EURUSD,2019-10-01T00:02:00Z,1.1,1.2,1.0,1.1,-4", "negative", "volume is -4")]
    [InlineData("EURUSD,2019-10-01T00:02:30Z,1.1,1.2,1.0,1.1,0", "off-grid", "2019-10-01T00:02:30Z")]
    [InlineData("EURUSD,2020-01-01T12:03:00Z,1.1,1.2,1.0,1.1,0", "in-the-future", "the clock says 2020-01-01T12:00:00Z")]
    [InlineData("€,2019-10-01T00:02:00Z,1.1,1.2,1.0,1.1,0", "bad-symbol", "'€' is not a symbol")]
    [InlineData(",2019-10-01T00:02:00Z,1.1,1.2,1.0,1.1,0", "bad-symbol", "'' is not a symbol")]
    [InlineData("EURUSD,2019-10-01T00:02:00,1.1,1.2,1.0,1.1,0", "no-zone", "ending in Z")]
    [InlineData("EURUSD,2019-02-29T00:02:00Z,1.1,1.2,1.0,1.1,0", "bad-time", "2019-02-29T00:02:00Z")]
    [InlineData("EURUSD,yesterday,1.1,1.2,1.0,1.1,0", "bad-time", "'yesterday'")]
    [InlineData("EURUSD,2019-10-01T00:02:00Z,1.1,1.2,1.0,1.1", "wrong-columns", "6 columns where 7 are expected")]
    [InlineData("EURUSD,2019-10-01T00:02:00Z,1.1,1.2,1.0,1.1,0,9", "wrong-columns", "8 columns where 7 are expected")]
    [InlineData("EURUSD,2019-10-01T00:02:00Z,1,08992,1,08995,1,08983,1,08984,0", "decimal-comma", "write 1.23")]
    [InlineData("EURUSD,2019-10-01T00:02:00Z,\"1,08992\",1.2,1.0,1.1,0", "decimal-comma", "'1,08992'")]
    [InlineData(
        "EURUSD,2019-10-01T00:01:00Z,1.1,1.2,1.0,1.1,0",
        "contradiction",
        "another bar of this minute stands earlier in the same input, with other values (2019-10-01T00:01:00Z)"
    )]
    public async Task A_bad_row_is_refused_with_its_line_and_reason_and_the_rows_beside_it_are_kept(string row, string code, string says)
    {
        var read = await _file.ReadText(BarFile.Header + BarFile.AlsoGood + row + "\n" + BarFile.Good);

        Assert.Equal(2, read.Bars.Count);
        Assert.Empty(read.Broken);
        var refused = Assert.Single(read.Refused);
        Assert.Equal(3, refused.Line);
        Assert.Equal(code, refused.Fault.Code);
        Assert.Contains(says, refused.Fault.Text, StringComparison.Ordinal);
        Assert.Contains("some.csv:3: ", refused.ToString(), StringComparison.Ordinal);
        Assert.Equal(row, refused.Text);
    }

    [Fact]
    public async Task A_row_that_is_not_UTF8_is_refused()
    {
        byte[] content =
        [
            .. Encoding.UTF8.GetBytes(BarFile.Header + BarFile.Good),
            .. "EUR"u8,
            0xC3,
            0x28,
            .. Encoding.UTF8.GetBytes(",1\n" + BarFile.AlsoGood),
        ];

        var read = await BarFile.Read(_file.Write("some.csv", content));

        Assert.Equal(2, read.Bars.Count);
        Assert.Equal((3, "invalid-utf8"), (Assert.Single(read.Refused).Line, read.Refused[0].Fault.Code));
    }

    [Fact]
    public async Task A_row_with_control_characters_is_refused()
    {
        var read = await _file.ReadText(BarFile.Header + BarFile.Good + "EUR\0USD,2019\n" + BarFile.AlsoGood);

        Assert.Equal(2, read.Bars.Count);
        Assert.Equal(
            (3, "control-character", "EUR·USD,2019"),
            (Assert.Single(read.Refused).Line, read.Refused[0].Fault.Code, read.Refused[0].Text)
        );
    }

    [Theory]
    [InlineData(66_000)]
    [InlineData(1_000_000)]
    public async Task A_line_longer_than_64_KB_is_refused_and_reading_goes_on_behind_it(int length)
    {
        var read = await _file.ReadText(BarFile.Header + BarFile.Good + new string('x', length) + "\n" + BarFile.AlsoGood);

        Assert.Equal(2, read.Bars.Count);
        var refused = Assert.Single(read.Refused);
        Assert.Equal((3, "line-too-long"), (refused.Line, refused.Fault.Code));
        Assert.True(refused.Text.Length < 100);
    }

    [Fact]
    public async Task A_bar_within_the_skew_is_not_from_the_future()
    {
        var read = await _file.ReadText(BarFile.Header + "EURUSD,2020-01-01T12:02:00Z,1.1,1.2,1.0,1.1,0\n");

        Assert.Single(read.Bars);
    }

    [Fact]
    public async Task An_equal_repeat_is_counted_and_left_out_however_its_numbers_are_written()
    {
        var read = await _file.ReadText(
            BarFile.Header + BarFile.Good + BarFile.AlsoGood + "eur/usd,2019-10-01T00:00:00Z,1.089920,1.08995000,1.08983,1.08984,0.0\n"
        );

        Assert.Equal((2, 1, 0), (read.Bars.Count, read.Repeated, read.Refused.Count));
    }

    [Fact]
    public async Task A_contradiction_is_found_across_batches_and_far_apart()
    {
        var rows = string.Concat(Enumerable.Range(0, 500).Select(i => Row(i, "1.1")));

        var read = await _file.ReadText(BarFile.Header + rows + Row(3, "1.15") + Row(4, "1.1"), new BarFileOptions { BatchRows = 7 });

        Assert.Equal((500, 1), (read.Bars.Count, read.Repeated));
        Assert.Equal((502, "contradiction"), (Assert.Single(read.Refused).Line, read.Refused[0].Fault.Code));

        static string Row(int minute, string close) => $"EURUSD,2019-10-01T{minute / 60:00}:{minute % 60:00}:00Z,1.1,1.2,1.0,{close},0\n";
    }
}
