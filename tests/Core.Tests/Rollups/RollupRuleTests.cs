using CsCheck;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Rollups;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Rollups;

public sealed class RollupRuleTests
{
    // From the last half hour of a Friday into closed hours.
    static readonly UtcTime Start = UtcTime.At(2024, 3, 8, 20, 30);
    static readonly Gen<Bar[]> Bars = Generators.Bars(Start, 240, partials: true);
    static readonly Gen<Timeframe> Coarser = Generators.AnyTimeframe.Where(timeframe => timeframe > Timeframe.OneMinute);

    [Fact]
    public void A_fold_is_what_a_plain_grouping_gives() =>
        Gen.Select(Bars, Coarser)
            .Sample(
                (bars, to) =>
                {
                    var expected = bars.Where(bar => !bar.IsPartial)
                        .GroupBy(bar => bar.Time.Floor(to))
                        .Select(bucket =>
                        {
                            var weighed = bucket.Where(bar => bar.Vwap is not null && bar.Volume > 0).ToList();
                            var bar = Bar.Create(
                                Generators.Euro with
                                {
                                    Timeframe = to,
                                },
                                bucket.Key,
                                bucket.First().Open,
                                bucket.Max(bar => bar.High),
                                bucket.Min(bar => bar.Low),
                                bucket.Last().Close,
                                bucket.Sum(bar => bar.Volume),
                                weighed.Count > 0
                                    ? weighed.Sum(bar => bar.Vwap!.Value * bar.Volume) / weighed.Sum(bar => bar.Volume)
                                    : null,
                                bucket.Sum(bar => bar.TradeCount)
                            );
                            var open = Enumerable.Range(0, to.Minutes).Count(i => FxWeek.IsOpen(bucket.Key + TimeSpan.FromMinutes(i)));
                            return new RolledBar(bar, bucket.Count(), open);
                        });

                    Assert.Equal(expected, RollupRule.Fold(bars, to));
                }
            );

    [Fact]
    public void Folding_bucket_by_bucket_gives_what_folding_at_once_gives() =>
        Gen.Select(Bars, Coarser)
            .Sample(
                (bars, to) =>
                    Assert.Equal(
                        RollupRule.Fold(bars, to),
                        bars.GroupBy(bar => bar.Time.Floor(to)).SelectMany(bucket => RollupRule.Fold([.. bucket], to))
                    )
            );

    [Fact]
    public void An_hour_folded_from_five_minutes_has_the_prices_of_one_folded_from_minutes() =>
        Bars.Sample(bars =>
        {
            var direct = RollupRule.Fold(bars, Timeframe.OneHour).Select(rolled => Prices(rolled.Bar));
            var steps = RollupRule
                .Fold([.. RollupRule.Fold(bars, Timeframe.FiveMinutes).Select(rolled => rolled.Bar)], Timeframe.OneHour)
                .Select(rolled => Prices(rolled.Bar));
            Assert.Equal(direct, steps);

            static (UtcTime, decimal, decimal, decimal, decimal, decimal, int) Prices(Bar bar) =>
                (bar.Time, bar.Open, bar.High, bar.Low, bar.Close, bar.Volume, bar.TradeCount);
        });

    [Theory]
    [InlineData("1h", 20, 60)]
    [InlineData("1h", 21, 60)]
    [InlineData("1h", 22, 0)]
    [InlineData("4h", 20, 120)]
    [InlineData("1d", 0, 1320)]
    public void A_bucket_expects_only_the_minutes_in_which_the_market_is_open(string timeframe, int hour, int expected)
    {
        var bar = Bar.Flat(Generators.Euro, UtcTime.At(2024, 3, 8, Math.Max(hour, 20), 59), 1);

        var rolled = Assert.Single(RollupRule.Fold([bar], Timeframe.Parse(timeframe)));

        Assert.Equal((UtcTime.At(2024, 3, 8, hour), expected, 1), (rolled.Bar.Time, rolled.Expected, rolled.Inputs));
    }

    [Fact]
    public void Inputs_that_can_not_be_folded_together_are_refused()
    {
        var bar = Bar.Flat(Generators.Euro, Start, 1);
        var other = Bar.Flat(Generators.Euro with { Symbol = Symbol.Parse("USDJPY") }, Start + Timeframe.OneMinute, 1);

        Assert.Throws<ArgumentException>(() => RollupRule.Fold([bar, other], Timeframe.OneHour));
        Assert.Throws<ArgumentException>(() => RollupRule.Fold([bar, bar], Timeframe.OneHour));
        Assert.Throws<ArgumentException>(() => RollupRule.Fold([bar], Timeframe.OneMinute));
        Assert.Empty(RollupRule.Fold([], Timeframe.OneHour));
    }
}
