using CsCheck;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Gaps;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Gaps;

public sealed class GapFinderTests
{
    static readonly UtcTime Friday = UtcTime.At(2019, 10, 11, 20, 50);
    static readonly Symbol A = Symbol.Parse("EURUSD");
    static readonly Symbol B = Symbol.Parse("USDJPY");

    [Fact]
    public void A_closed_market_is_no_gap_and_no_gap_reaches_over_it()
    {
        // Friday 20:50Z to Sunday 21:10Z: ten minutes before the close of 21:00Z, ten after the opening of 21:00Z.
        var gaps = GapFinder.Find(new TimeRange(Friday, UtcTime.At(2019, 10, 13, 21, 10)), [], [], 0);
        Assert.Equal(
            ["[2019-10-11T20:50:00Z, 2019-10-11T21:00:00Z)", "[2019-10-13T21:00:00Z, 2019-10-13T21:10:00Z)"],
            gaps.Select(gap => gap.Range.ToString())
        );
    }

    [Fact]
    public void Neighbouring_minutes_of_another_cause_are_another_gap()
    {
        var from = Friday.Minute;
        var gaps = GapFinder.Find(
            new TimeRange(Friday, Friday + TimeSpan.FromMinutes(5)),
            [from + 4],
            [new ComponentMinutes(A, [from, from + 1, from + 3, from + 4]), new ComponentMinutes(B, [from + 3, from + 4])],
            0
        );
        Assert.Equal(["2 USDJPY", "1 EURUSD USDJPY", "1 "], gaps.Select(gap => $"{gap.Minutes} {string.Join(' ', gap.Missing)}"));
    }

    [Fact]
    public void A_close_within_the_maximum_age_counts()
    {
        var from = Friday.Minute;
        var gaps = GapFinder.Find(new TimeRange(Friday, Friday + TimeSpan.FromMinutes(8)), [], [new ComponentMinutes(A, [from])], 5);
        Assert.Equal(["6 ", "2 EURUSD"], gaps.Select(gap => $"{gap.Minutes} {string.Join(' ', gap.Missing)}"));
    }

    [Fact]
    public void Gaps_and_bars_together_are_all_market_minutes() =>
        Gen.Select(Gen.Int[0, 4000].List[0, 200], Gen.Int[0, 3000])
            .Sample(
                (minutes, length) =>
                {
                    var range = new TimeRange(Friday, Friday + TimeSpan.FromMinutes(length));
                    var present = minutes
                        .Distinct()
                        .Order()
                        .Select(minute => Friday.Minute + minute)
                        .Where(minute => minute < range.To.Minute)
                        .ToList();
                    var inMarket = present.Count(minute => FxWeek.IsOpen(UtcTime.FromMinute(minute)));
                    var gaps = GapFinder.Find(range, present, [], 0);
                    Assert.Equal(FxWeek.OpenMinutes(range) - inMarket, gaps.Sum(gap => gap.Minutes));
                    Assert.All(gaps, gap => Assert.DoesNotContain(present, minute => gap.Range.Contains(UtcTime.FromMinute(minute))));
                },
                iter: 200
            );
}
