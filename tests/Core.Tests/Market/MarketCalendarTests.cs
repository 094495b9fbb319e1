using CsCheck;
using DxyOrleans.Core.Gaps;
using DxyOrleans.Core.Health;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Market;

public sealed class MarketCalendarTests
{
    // A Thursday, open the whole day.
    static readonly TimeRange Thursday = new(UtcTime.At(2026, 12, 24), UtcTime.At(2026, 12, 24, 22));
    static readonly TimeRange Evening = new(UtcTime.At(2026, 12, 24, 18), UtcTime.At(2026, 12, 24, 22));

    [Fact]
    public void Without_periods_it_is_the_rule_which_closes_Christmas_and_New_Year_by_trading_day()
    {
        var winter = new TimeRange(UtcTime.At(2026, 12, 20), UtcTime.At(2027, 1, 5));
        Assert.Equal(FxWeek.OpenRanges(winter), MarketCalendar.Rule.ExpectedRanges(winter));
        Assert.Equal(FxWeek.OpenRanges(winter), MarketCalendar.Of([], "fx").OpenRanges(winter));
        Assert.Equal(
            [
                new TimeRange(UtcTime.At(2026, 12, 24, 22), UtcTime.At(2026, 12, 25, 22)),
                new TimeRange(UtcTime.At(2026, 12, 31, 22), UtcTime.At(2027, 1, 1, 22)),
            ],
            FxWeek.Holidays(winter)
        );
        Assert.False(MarketCalendar.Rule.IsOpen(UtcTime.At(2026, 12, 25, 12)));
    }

    [Fact]
    public void A_holiday_on_a_weekend_is_no_holiday() =>
        Assert.Empty(FxWeek.Holidays(new TimeRange(UtcTime.At(2022, 12, 20), UtcTime.At(2023, 1, 5))));

    [Theory]
    [InlineData(MarketPeriodKind.Closed, false, false)]
    [InlineData(MarketPeriodKind.EarlyClose, false, false)]
    [InlineData(MarketPeriodKind.Thin, false, true)]
    [InlineData(MarketPeriodKind.Open, true, true)]
    public void A_period_says_whether_bars_are_expected_and_whether_they_may_be(MarketPeriodKind kind, bool expected, bool open)
    {
        var calendar = Of(Period(1, Evening, kind));
        Assert.Equal((expected, open), (calendar.IsExpected(Evening.From), calendar.IsOpen(Evening.From)));
        Assert.True(calendar.IsExpected(Evening.From - Timeframe.OneMinute));
        Assert.Equal(expected ? 22 * 60 : 18 * 60, calendar.ExpectedMinutes(Thursday));
        Assert.Single(calendar.ExpectedRanges(Thursday));
    }

    [Fact]
    public void A_class_has_its_own_periods_over_those_of_all_and_later_ones_count_over_earlier_ones()
    {
        MarketPeriod[] periods =
        [
            Period(2, Evening, MarketPeriodKind.Open) with
            {
                SymbolClass = "crypto",
            },
            Period(3, Evening, MarketPeriodKind.Closed),
            Period(4, new TimeRange(Evening.From, Evening.From + Timeframe.OneHour), MarketPeriodKind.Thin),
        ];
        Assert.True(MarketCalendar.Of(periods, "Crypto").IsExpected(Evening.From));
        Assert.Equal((false, true), (Of(periods).IsExpected(Evening.From), Of(periods).IsOpen(Evening.From)));
        Assert.False(MarketCalendar.Of(periods, null).IsOpen(Evening.To - Timeframe.OneMinute));
    }

    [Fact]
    public void A_closed_day_of_the_rule_can_be_opened()
    {
        var christmas = FxWeek.Holidays(Thursday.Widen(Timeframe.Parse("1d"))).Single();
        var calendar = Of(Period(1, christmas, MarketPeriodKind.Open));
        Assert.Equal(1440, calendar.ExpectedMinutes(christmas));
        Assert.Equal(
            FxWeek.OpenMinutes(new TimeRange(UtcTime.At(2026, 12, 20), UtcTime.At(2026, 12, 27))) + 1440,
            calendar.ExpectedMinutes(new TimeRange(UtcTime.At(2026, 12, 20), UtcTime.At(2026, 12, 27)))
        );
    }

    [Fact]
    public void Minutes_of_a_closed_or_thin_period_are_no_gaps_and_make_nothing_stale()
    {
        foreach (var kind in new[] { MarketPeriodKind.Closed, MarketPeriodKind.EarlyClose, MarketPeriodKind.Thin })
        {
            var calendar = Of(Period(1, Evening, kind));
            var gap = Assert.Single(GapFinder.Find(Thursday, [], [], 0, calendar: calendar));
            Assert.Equal(new TimeRange(Thursday.From, Evening.From), gap.Range);
            Assert.Equal(
                HealthStatus.Pass,
                HealthRules.Freshness("DXY", Evening.From - Timeframe.OneMinute, Evening.To, calendar: calendar).Status
            );
        }

        Assert.Equal(HealthStatus.Fail, HealthRules.Freshness("DXY", Evening.From - Timeframe.OneMinute, Evening.To).Status);
    }

    [Fact]
    public void Bars_of_a_closed_market_are_outside_and_those_of_a_thin_one_are_not()
    {
        long[] bars = [Evening.From.Minute - 1, Evening.From.Minute, Evening.From.Minute + 7, Evening.To.Minute + 1];
        var day = new TimeRange(Thursday.From, Evening.To + TimeSpan.FromHours(1));
        Assert.Equal(3, Of(Period(1, Evening, MarketPeriodKind.EarlyClose)).Outside(bars, day));
        Assert.Equal(1, Of(Period(1, Evening, MarketPeriodKind.Thin)).Outside(bars, day));
        Assert.Equal(0, MarketCalendar.Rule.Outside([], day));
    }

    [Fact]
    public void Any_periods_give_the_minutes_that_the_last_one_over_each_says() =>
        Gen.Select(Gen.Int[0, 3000], Gen.Int[1, 900], Gen.Enum<MarketPeriodKind>())
            .List[0, 6]
            .Sample(
                drawn =>
                {
                    var from = UtcTime.At(2026, 12, 23, 20);
                    var range = new TimeRange(from, from + TimeSpan.FromMinutes(3600));
                    var periods = drawn
                        .Select(
                            (one, i) =>
                                Period(
                                    i + 1,
                                    new TimeRange(
                                        from + TimeSpan.FromMinutes(one.Item1),
                                        from + TimeSpan.FromMinutes(one.Item1 + one.Item2)
                                    ),
                                    one.Item3
                                )
                        )
                        .ToList();
                    var calendar = MarketCalendar.Of(periods, null);
                    var (expected, open) = (Minutes(calendar.ExpectedRanges(range)), Minutes(calendar.OpenRanges(range)));
                    for (var minute = range.From; minute < range.To; minute += TimeSpan.FromMinutes(7))
                    {
                        var last = periods.FindLast(period => period.Range.Contains(minute));
                        var rule = FxWeek.IsOpen(minute);
                        Assert.Equal(last is null ? rule : last.Kind is MarketPeriodKind.Open, expected.Contains(minute.Minute));
                        Assert.Equal(
                            last is null ? rule : last.Kind is MarketPeriodKind.Open or MarketPeriodKind.Thin,
                            open.Contains(minute.Minute)
                        );
                    }
                },
                iter: 100
            );

    static HashSet<long> Minutes(IEnumerable<TimeRange> ranges)
    {
        var minutes = new HashSet<long>();
        foreach (var range in ranges)
        {
            for (var minute = range.From.Minute; minute < range.To.Minute; minute++)
            {
                // Parts never overlap.
                Assert.True(minutes.Add(minute));
            }
        }

        return minutes;
    }

    static MarketPeriod Period(long id, TimeRange range, MarketPeriodKind kind) => new(id, range, kind, null, "");

    static MarketCalendar Of(params MarketPeriod[] periods) => MarketCalendar.Of(periods, "fx");
}
