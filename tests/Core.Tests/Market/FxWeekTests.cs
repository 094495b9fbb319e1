using CsCheck;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Market;

public sealed class FxWeekTests
{
    static readonly TimeSpan Week = TimeSpan.FromDays(7);

    // Weekend to weekend, from a Saturday midnight, the holidays' weeks left out.
    public static TheoryData<DateTime> PlainWeeks =>
        [
            .. Enumerable
                .Range(0, 53 * 5)
                .Select(week => new DateTime(2019, 1, 5).AddDays(7 * week))
                .Where(saturday =>
                    !Enumerable.Range(0, 7).Select(day => saturday.AddDays(day)).Any(day => (day.Month, day.Day) is (12, 25) or (1, 1))
                ),
        ];

    [Theory]
    [MemberData(nameof(PlainWeeks))]
    public void Every_week_has_7200_minutes_those_of_clock_changes_included(DateTime saturday)
    {
        var from = UtcTime.From(DateTime.SpecifyKind(saturday, DateTimeKind.Utc));

        Assert.Equal(7200, FxWeek.OpenMinutes(new TimeRange(from, from + Week)));
        Assert.Single(FxWeek.OpenRanges(new TimeRange(from, from + Week)));
    }

    [Theory]
    [InlineData("2019-01-13T22:00:00Z", "2019-01-18T22:00:00Z")]
    [InlineData("2019-07-14T21:00:00Z", "2019-07-19T21:00:00Z")]
    [InlineData("2019-03-10T21:00:00Z", "2019-03-15T21:00:00Z")]
    [InlineData("2019-03-03T22:00:00Z", "2019-03-08T22:00:00Z")]
    [InlineData("2019-10-27T21:00:00Z", "2019-11-01T21:00:00Z")]
    [InlineData("2019-11-03T22:00:00Z", "2019-11-08T22:00:00Z")]
    [InlineData("2023-03-12T21:00:00Z", "2023-03-17T21:00:00Z")]
    [InlineData("2023-11-05T22:00:00Z", "2023-11-10T22:00:00Z")]
    public void The_week_opens_on_Sunday_and_closes_on_Friday_at_17_00_in_New_York(string opens, string closes)
    {
        var (open, close) = (UtcTime.Parse(opens), UtcTime.Parse(closes));

        Assert.False(FxWeek.IsOpen(open - Timeframe.OneMinute));
        Assert.True(FxWeek.IsOpen(open));
        Assert.True(FxWeek.IsOpen(close - TimeSpan.FromMicroseconds(1)));
        Assert.False(FxWeek.IsOpen(close));
        Assert.Equal(
            [new TimeRange(open, close)],
            FxWeek.OpenRanges(new TimeRange(open - TimeSpan.FromDays(1), close + TimeSpan.FromDays(1)))
        );
    }

    [Theory]
    [InlineData("2019-12-24T22:00:00Z")]
    [InlineData("2019-12-31T22:00:00Z")]
    [InlineData("2023-12-24T22:00:00Z")]
    public void Christmas_and_New_Years_trading_days_are_closed_from_17_00_to_17_00(string from)
    {
        var day = new TimeRange(UtcTime.Parse(from), UtcTime.Parse(from) + TimeSpan.FromDays(1));

        Assert.Equal(0, FxWeek.OpenMinutes(day));
        Assert.Empty(FxWeek.OpenRanges(day));
        Assert.True(FxWeek.IsOpen(day.To));
    }

    [Fact]
    public void The_week_around_a_holiday_is_in_two_parts()
    {
        var week = new TimeRange(UtcTime.At(2019, 12, 21), UtcTime.At(2019, 12, 28));

        Assert.Equal(7200 - 1440, FxWeek.OpenMinutes(week));
        Assert.Equal(
            [
                new TimeRange(UtcTime.At(2019, 12, 22, 22), UtcTime.At(2019, 12, 24, 22)),
                new TimeRange(UtcTime.At(2019, 12, 25, 22), UtcTime.At(2019, 12, 27, 22)),
            ],
            FxWeek.OpenRanges(week)
        );
    }

    [Fact]
    public void Counting_and_asking_each_minute_agree() =>
        Gen.Select(Gen.Int[0, 60 * 24 * 365 * 2], Gen.Int[0, 60 * 24 * 4])
            .Sample(
                (start, length) =>
                {
                    var from = UtcTime.At(2019, 1, 1) + TimeSpan.FromMinutes(start);
                    var range = new TimeRange(from, from + TimeSpan.FromMinutes(length));
                    var open = Enumerable.Range(0, length).Select(i => from + TimeSpan.FromMinutes(i)).Where(FxWeek.IsOpen).ToList();
                    var ranges = FxWeek.OpenRanges(range).ToList();

                    Assert.Equal(open.Count, FxWeek.OpenMinutes(range));
                    Assert.Equal(
                        open,
                        ranges.SelectMany(part =>
                            Enumerable.Range(0, (int)part.Length.TotalMinutes).Select(i => part.From + TimeSpan.FromMinutes(i))
                        )
                    );
                    Assert.All(ranges, part => Assert.False(part.IsEmpty));
                },
                iter: 200
            );
}
