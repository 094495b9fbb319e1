using System.Globalization;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Tests.Files;

public sealed class SpacingTests : IDisposable
{
    readonly BarFile _file = new();

    public void Dispose() => _file.Dispose();

    [Theory]
    [InlineData(5, "--timeframe 5m")]
    [InlineData(15, "--timeframe 15m")]
    [InlineData(60, "--timeframe 1h")]
    [InlineData(1440, "--timeframe 1d")]
    public async Task Rows_that_lie_wider_apart_than_their_timeframe_are_refused_with_the_one_that_fits(int apart, string says)
    {
        foreach (
            var pairs in (string[][])
                [
                    ["EURUSD"],
                    ["EURUSD", "USDJPY", "USDSEK"],
                ]
        )
        {
            var read = await _file.ReadText(
                BarFile.Header + string.Concat(pairs.Select(pair => Rows(pair, Enumerable.Range(0, 6).Select(i => i * apart))))
            );

            Assert.Empty(read.Bars);
            var refused = Assert.Single(read.Refused);
            Assert.Equal(("spacing", 2, 6 * pairs.Length), (refused.Fault.Code, refused.Line, refused.Rows));
            Assert.Contains(says, refused.Fault.Text, StringComparison.Ordinal);
            Assert.Contains("--sparse", refused.Fault.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task They_are_read_as_what_fits_and_as_they_are_where_they_are_meant_so()
    {
        var text = BarFile.Header + Rows("EURUSD", Enumerable.Range(0, 24).Select(i => i * 15));

        Assert.Equal(24, (await _file.ReadText(text, new() { Timeframe = Timeframe.Parse("15m") })).Bars.Count);
        Assert.Equal(24, (await _file.ReadText(text, new() { IsSparse = true })).Bars.Count);
    }

    [Fact]
    public async Task Gaps_weekends_and_thin_pairs_are_no_other_timeframe()
    {
        var random = new Random(7);
        var thin = Enumerable.Range(0, 2000).Where(_ => random.Next(10) == 0);
        var regular = Enumerable.Range(0, 40).Select(i => i * 10);
        var gaps = Enumerable.Range(0, 600).Where(i => i % 60 < 50 || i % 7 == 0);
        foreach (var pair in (IEnumerable<int>[])[thin, regular, gaps, [0], [0, 60], [0, 5, 6], [3, 18, 30, 45]])
        {
            var minutes = pair.ToList();
            var read = await _file.ReadText(BarFile.Header + Rows("EURUSD", minutes));

            Assert.Equal((minutes.Count, 0), (read.Bars.Count, read.Refused.Count));
        }
    }

    [Fact]
    public async Task A_spacing_of_no_timeframe_is_told_and_refuses_nothing()
    {
        var read = await _file.ReadText(BarFile.Header + Rows("EURUSD", Enumerable.Range(0, 40).Select(i => i * 10)));

        Assert.Contains("10 minutes apart", Assert.Single(read.Notes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_pair_is_judged_by_itself_and_one_with_too_few_rows_goes_with_the_others()
    {
        var minutes = Rows("EURUSD", Enumerable.Range(0, 60));
        var quarters = Rows("USDJPY", Enumerable.Range(0, 8).Select(i => i * 15));
        var one = Rows("USDSEK", [0]);

        var mixed = await _file.ReadText(BarFile.Header + one + minutes + quarters);
        Assert.Equal(["EURUSD", "USDSEK"], mixed.Bars.Select(bar => bar.Symbol.Name).Distinct().Order());
        Assert.Equal(("USDJPY", 8), (Assert.Single(mixed.Refused).Text, mixed.Refused[0].Rows));

        var wide = await _file.ReadText(BarFile.Header + one + quarters);
        Assert.Empty(wide.Bars);
        Assert.Equal(9, Assert.Single(wide.Refused).Rows);

        var few = await _file.ReadText(
            BarFile.Header + string.Concat(((string[])["EURUSD", "USDJPY", "GBPUSD", "USDCAD"]).Select(pair => Rows(pair, [0, 15])))
        );
        Assert.Empty(few.Bars);
    }

    [Fact]
    public async Task Minutes_that_are_given_as_a_longer_timeframe_are_refused_together()
    {
        var read = await _file.ReadText(
            BarFile.Header + Rows("EURUSD", Enumerable.Range(0, 60)),
            new() { Timeframe = Timeframe.Parse("5m") }
        );

        Assert.Empty(read.Bars);
        Assert.Equal(60, Assert.Single(read.Refused).Rows);
        Assert.Contains("say --timeframe 1m", read.Refused[0].Fault.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("--sparse", read.Refused[0].Fault.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stray_row_in_a_file_of_a_longer_timeframe_is_refused_by_itself()
    {
        var read = await _file.ReadText(
            BarFile.Header + Rows("EURUSD", Enumerable.Range(0, 24).Select(i => i * 15).Append(7)),
            new() { Timeframe = Timeframe.Parse("15m") }
        );

        Assert.Equal((24, "off-grid", 26), (read.Bars.Count, Assert.Single(read.Refused).Fault.Code, read.Refused[0].Line));
    }

    [Fact]
    public async Task Advice_that_would_not_work_is_not_given()
    {
        var derived = await _file.ReadText(
            BarFile.Header + Rows("EURUSD", Enumerable.Range(0, 9).Select(i => i * 5)),
            new() { IsDerivedHere = series => series.Timeframe == Timeframe.FiveMinutes }
        );
        Assert.Contains(
            "5m bars are derived here: import the 1m bars",
            Assert.Single(derived.Refused).Fault.Text,
            StringComparison.Ordinal
        );

        var shifted = await _file.ReadText(BarFile.Header + Rows("EURUSD", Enumerable.Range(0, 9).Select(i => 60 + (i * 240))));
        Assert.Contains("multiples of it from 00:00Z and these don't", Assert.Single(shifted.Refused).Fault.Text, StringComparison.Ordinal);
    }

    static string Rows(string pair, IEnumerable<int> minutes) =>
        string.Concat(
            minutes.Select(minute =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{pair},{UtcTime.At(2019, 10, 7) + TimeSpan.FromMinutes(minute)},1.1,1.2,1.0,1.1,{minute}\n"
                )
            )
        );
}
