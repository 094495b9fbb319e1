using CsCheck;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Time;

public sealed class TimeframeTests
{
    [Fact]
    public void Every_timeframe_reads_back_as_it_is_written() =>
        Assert.All(Timeframe.All, timeframe => Assert.Equal(timeframe, Timeframe.Parse(timeframe.ToString())));

    [Fact]
    public void Every_timeframe_divides_the_day_and_they_ascend()
    {
        Assert.All(Timeframe.All, timeframe => Assert.Equal(0, TimeSpan.TicksPerDay % timeframe.Ticks));
        Assert.Equal(Timeframe.All.Order(), Timeframe.All);
        Assert.True(Timeframe.OneMinute < Timeframe.FiveMinutes && Timeframe.OneHour >= Timeframe.FiveMinutes);
    }

    [Fact]
    public void The_default_is_one_minute() => Assert.Equal(Timeframe.OneMinute, default);

    [Theory]
    [InlineData("2m")]
    [InlineData("60m")]
    [InlineData("1H")]
    [InlineData("")]
    [InlineData(null)]
    public void There_is_no_other(string? text)
    {
        Assert.False(Timeframe.TryParse(text, out _));
        Assert.Contains("1m, 5m", Assert.Throws<FormatException>(() => Timeframe.Parse(text!)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_span_floors_to_whole_bars() =>
        Gen.Select(Gen.Long[0, TimeSpan.TicksPerDay * 9], Generators.AnyTimeframe)
            .Sample(
                (ticks, timeframe) =>
                {
                    var floored = new TimeSpan(ticks).Floor(timeframe);
                    Assert.Equal(0, floored.Ticks % timeframe.Ticks);
                    Assert.InRange(ticks - floored.Ticks, 0, timeframe.Ticks - 1);
                }
            );
}
