using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.RealData;

/// <summary>The FX week against the minutes in which pairs really printed, over both clock changes and the holidays of late 2019.</summary>
public sealed class CalendarTests
{
    [Theory]
    [InlineData("EURUSD", 518)]
    [InlineData("GBPUSD", 495)]
    [InlineData("USDJPY", 515)]
    [InlineData("USDCAD", 525)]
    [InlineData("USDCHF", 465)]
    public void Nothing_prints_while_the_market_is_closed_but_in_the_night_to_Christmas_Day(string symbol, int printed)
    {
        var christmasNight = new TimeRange(UtcTime.At(2019, 12, 24, 22, 59), UtcTime.At(2019, 12, 25, 8, 1));

        var outside = SharedData.Closes($"fx-1m-2019q4/{symbol}.csv.gz").Where(row => !FxWeek.IsOpen(row.Time)).ToList();

        Assert.All(outside, row => Assert.True(christmasNight.Contains(row.Time), $"{row.Time}"));
        Assert.Equal(printed, outside.Count);
    }

    [Theory]
    [InlineData("EURUSD")]
    [InlineData("GBPUSD")]
    [InlineData("USDJPY")]
    [InlineData("USDCAD")]
    [InlineData("USDCHF")]
    public void Nearly_every_open_minute_of_every_trading_day_has_a_print(string symbol)
    {
        var printed = SharedData.Closes($"fx-1m-2019q4/{symbol}.csv.gz").Select(row => row.Time).ToHashSet();
        var quarter = new TimeRange(UtcTime.At(2019, 10, 1), UtcTime.At(2020, 1, 1));
        var (open, found) = (0, 0);
        foreach (var part in FxWeek.OpenRanges(quarter))
        {
            for (var minute = part.From; minute < part.To; minute += Timeframe.OneMinute)
            {
                open++;
                found += printed.Contains(minute) ? 1 : 0;
            }
        }

        Assert.Equal(FxWeek.OpenMinutes(quarter), open);
        Assert.True(found > open * 0.985, $"{found} of {open}");
    }
}
