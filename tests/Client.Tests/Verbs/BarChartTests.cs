using DxyOrleans.Client.Commands.Bars;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

public sealed class BarChartTests(TestServer server)
{
    static readonly UtcTime Start = UtcTime.At(2019, 10, 7, 10);

    [Fact]
    public void What_rose_is_full_what_fell_is_hatched_and_wicks_reach_from_low_to_high()
    {
        var lines = BarChart.Draw([At(0, 100, 115, 100, 110), At(1, 110, 110, 100, 105)], Timeframe.OneMinute);
        Assert.Equal("█▁", lines[0]);
        Assert.Equal("115.000 ┤│", lines[2]);
        Assert.Equal("110.000 ┤█▒", lines[7]);
        Assert.Equal("105.000 ┤█▒", lines[12]);
        Assert.Equal("104.000 │█│", lines[13]);
        Assert.Equal("100.000 ┤█│", lines[17]);
        Assert.Equal("        └──", lines[18]);
    }

    [Fact]
    public void A_gap_is_an_empty_column_and_the_newest_are_drawn_where_there_are_too_many()
    {
        Assert.Equal("▁ █", BarChart.Draw([At(0, 1, 1, 1, 1), At(5, 1, 2, 1, 2)], Timeframe.OneMinute)[0]);
        var many = Enumerable.Range(0, 3 * BarChart.Width).Select(minute => At(minute, 1, 2, 1, 1 + (minute % 2))).ToList();
        var lines = BarChart.Draw(many, Timeframe.OneMinute);
        Assert.Equal(BarChart.Width, lines[0].Length);
        Assert.EndsWith(many[^1].Time.ToString(), lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Bars_that_never_moved_are_drawn_and_none_are_nothing()
    {
        Assert.Equal("▅", BarChart.Draw([At(0, 1, 1, 1, 1)], Timeframe.OneMinute)[0]);
        Assert.Empty(BarChart.Draw([], Timeframe.OneMinute));
    }

    [Fact]
    public async Task The_verb_draws_what_is_stored_and_refuses_what_goes_ill_with_it()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(30));
        var drawn = await dxy.RunAsync("bars", "EURUSD", "1m", "--chart");
        Assert.Equal(0, drawn.Code);
        Assert.Equal(30, drawn.Out.Split('\n')[0].Length);
        Assert.Equal(2, (await dxy.RunAsync("bars", "EURUSD", "1m", "--chart", "--format", "csv")).Code);
        Assert.Equal(2, (await dxy.RunAsync("bars", "EURUSD", "1m", "--chart", "--json")).Code);
    }

    static Candle At(int minute, decimal open, decimal high, decimal low, decimal close) =>
        new(Start + TimeSpan.FromMinutes(minute), open, high, low, close);
}
