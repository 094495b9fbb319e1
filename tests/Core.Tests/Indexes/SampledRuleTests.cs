using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Indexes;

/// <summary>Deriving version 3.</summary>
public sealed class SampledRuleTests
{
    static readonly UtcTime Start = UtcTime.At(2024, 3, 5, 13, 0);
    static readonly TimeRange Three = new(Start, Start + TimeSpan.FromMinutes(3));
    static readonly double[] Closes = [1.0843, 150.12, 1.2654, 1.3561, 10.3712, 0.8843];
    static readonly decimal Level = IndexFormula.Level(IndexDefinition.Dxy, Closes);

    static readonly IndexDefinition Basket = new(
        Symbol.Parse("DXY"),
        IndexDefinition.Dxy.Factor,
        IndexDefinition.Dxy.Components,
        IndexDefinition.Dxy.Since,
        DerivingRules.Sampled
    );

    [Fact]
    public void The_close_is_version_2_s_and_the_rest_the_samples_()
    {
        var minute = Derive(Basket, Sampled(Level - 0.1m, Level + 0.3m, Level - 0.2m, Level)).Single(one => one.Time == Start);
        Assert.Equal((3, Level, false), (minute.Rule.Version, minute.Level, minute.IsAmended));
        Assert.Equal(Bar.Create(Basket.Series, Start, Level - 0.1m, Level + 0.3m, Level - 0.2m, Level), minute.ToBar(Basket.Series));
    }

    [Fact]
    public void A_close_that_was_corrected_widens_the_bar_where_it_must_and_says_so()
    {
        var below = Derive(Basket, Sampled(Level + 2, Level + 3, Level + 1, Level + 1.5m)).Single(one => one.Time == Start);
        Assert.True(below.IsAmended);
        Assert.Equal(Bar.Create(Basket.Series, Start, Level + 2, Level + 3, Level, Level), below.ToBar(Basket.Series));

        var within = Derive(Basket, Sampled(Level + 2, Level + 3, Level - 1, Level + 1.5m)).Single(one => one.Time == Start);
        Assert.True(within.IsAmended);
        Assert.Equal(Bar.Create(Basket.Series, Start, Level + 2, Level + 3, Level - 1, Level), within.ToBar(Basket.Series));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Minutes_without_samples_are_made_by_the_rule_for_those_and_carry_it(int version)
    {
        var minutes = Derive(Basket.WithoutSamplesBy(DerivingRules.Of(version)), Sampled(Level, Level, Level, Level));
        // The second minute lacks a component: version 1 has none.
        Assert.Equal(
            version == 1 ? ["13:00 3", "13:02 1"] : ["13:00 3", "13:01 2", "13:02 2"],
            minutes.Select(minute => $"{minute.Time.ToDateTime():HH:mm} {minute.Rule.Version}")
        );
        Assert.All(minutes.Skip(1), minute => Assert.Equal(Bar.Flat(Basket.Series, minute.Time, Level), minute.ToBar(Basket.Series)));
    }

    [Fact]
    public void A_sampled_minute_in_which_version_1_would_lack_a_component_is_derived() =>
        Assert.Equal(
            3,
            Derive(
                    Basket.WithoutSamplesBy(DerivingRules.Strict),
                    Sampled(Level, Level, Level, Level) with
                    {
                        Time = Start + Timeframe.OneMinute,
                    }
                )
                .Single(minute => minute.Time == Start + Timeframe.OneMinute)
                .Rule.Version
        );

    [Fact]
    public void No_minute_without_samples_can_be_made_of_samples() =>
        Assert.Throws<ArgumentException>(() => Basket.WithoutSamplesBy(DerivingRules.Sampled));

    [Theory]
    [InlineData("USDXXX", 5)]
    [InlineData("USDSEK", -1)]
    [InlineData("USDSEK", 1441)]
    public void A_maximum_age_is_of_a_component_and_at_most_a_day(string symbol, int minutes) =>
        Assert.Throws<ArgumentException>(() =>
            Basket.With(System.Collections.Immutable.ImmutableDictionary<Symbol, int>.Empty.Add(Symbol.Parse(symbol), minutes))
        );

    static SampledMinute Sampled(decimal open, decimal high, decimal low, decimal last) => new(Start, open, high, low, last, 60, 60);

    static IReadOnlyList<IndexMinute> Derive(IndexDefinition basket, SampledMinute samples)
    {
        var columns = basket.Components.Select(component => new ComponentCloses(component.Symbol)).ToArray();
        for (var minute = 0; minute < 3; minute++)
        {
            foreach (var (column, i) in columns.Select((column, i) => (column, i)))
            {
                if (minute != 1 || i != 4)
                {
                    column.Add(Start.Minute + minute, Closes[i]);
                }
            }
        }

        return IndexRule
            .Derive(basket, columns, Three, DerivingRules.Sampled, new Dictionary<UtcTime, SampledMinute> { [samples.Time] = samples })
            .Minutes;
    }
}
