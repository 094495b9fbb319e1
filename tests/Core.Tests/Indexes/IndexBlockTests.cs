using CsCheck;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Indexes;

/// <summary>Columns against one minute after the other.</summary>
public sealed class IndexBlockTests
{
    // Around a Friday close, so that open and closed minutes both occur.
    static readonly UtcTime Start = UtcTime.At(2024, 3, 8, 21, 45);
    const int Minutes = 40;

    static readonly (int From, int To)[] Bounds =
    [
        (50_000, 200_000),
        (5_000_000, 25_000_000),
        (80_000, 220_000),
        (80_000, 180_000),
        (500_000, 1_500_000),
        (60_000, 180_000),
    ];

    static IndexDefinition Basket(int maxAge) =>
        new(
            Symbol.Parse("DXY"),
            IndexDefinition.Dxy.Factor,
            IndexDefinition.Dxy.Components,
            Start + TimeSpan.FromMinutes(3),
            maxAgeMinutes: maxAge
        );

    [Fact]
    public void Columns_give_the_minutes_levels_closes_and_ages_that_one_at_a_time_gives() =>
        Gen.Select(
                Gen.Int[0, 6],
                Gen.Int[0, DerivingRules.All.Length - 1].Select(n => DerivingRules.All[n]),
                Gen.Int[-3, 20],
                Gen.Int[0, 30],
                Gen.Int[1, 9],
                Gen.Int.Array[6 * Minutes]
            )
            .Sample(
                (maxAge, version, from, length, density, seeds) =>
                {
                    var basket = Basket(maxAge);
                    var range = new TimeRange(Start + TimeSpan.FromMinutes(from), Start + TimeSpan.FromMinutes(from + length));
                    var grid = new CloseGrid(basket, new TimeRange(range.From - version.LookBack(basket), range.To));
                    var columns = basket.Components.Select(component => new ComponentCloses(component.Symbol)).ToArray();
                    for (var n = 0; n < 6 * Minutes; n++)
                    {
                        var (component, minute) = (n % 6, Start.Minute + (n / 6));
                        var random = new Random(seeds[n]);
                        if (random.Next(10) <= density)
                        {
                            var close = random.Next(Bounds[component].From, Bounds[component].To) / 100_000.0;
                            columns[component].Add(minute, close);
                            grid.Place(component, minute, close);
                        }
                    }

                    var block = IndexBlockRule.Derive(basket, grid, range, version);
                    var single = IndexRule.Derive(basket, columns, range, version);
                    Assert.Equal(single.Minutes.Select(Text), Enumerable.Range(0, block.Count).Select(place => Text(block.Minute(place))));
                    Assert.Equal(single.Skipped, block.Skipped);
                }
            );

    [Fact]
    public void Two_hundred_thousand_levels_are_those_of_the_formula_to_the_last_place()
    {
        var random = new Random(19990104);
        const int count = 200_000;
        var closes = Bounds
            .Select(bound => Enumerable.Range(0, count).Select(_ => random.Next(bound.From, bound.To) / 100_000.0).ToArray())
            .ToArray();
        var levels = IndexLevels.Compute(IndexDefinition.Dxy, closes);
        for (var n = 0; n < count; n++)
        {
            Assert.Equal(IndexFormula.Level(IndexDefinition.Dxy, [.. closes.Select(column => column[n])]), levels[n] / 100_000_000m);
        }
    }

    [Fact]
    public void A_level_that_can_not_be_a_price_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            IndexLevels.Compute(IndexDefinition.Dxy, [.. Bounds.Select((_, i) => new[] { i == 0 ? 1e-30 : 1.0 })])
        );
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            IndexLevels.Compute(IndexDefinition.Dxy, [.. Bounds.Select((_, i) => new[] { i == 0 ? 1e30 : 1.0 })])
        );
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-1.0)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_close_that_is_no_price_is_refused(double close) =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new CloseGrid(Basket(0), new TimeRange(Start, Start + TimeSpan.FromMinutes(1))).Place(0, Start.Minute, close)
        );

    [Fact]
    public void A_second_close_in_a_minute_is_refused()
    {
        var grid = new CloseGrid(Basket(0), new TimeRange(Start, Start + TimeSpan.FromMinutes(1)));
        Assert.True(grid.Place(0, Start.Minute, 1.1));
        Assert.True(grid.Place(0, Start.Minute, 1.1));
        Assert.False(grid.Place(0, Start.Minute, 1.2));
        Assert.Equal(1.1, grid.Column(0)[0]);
    }

    static string Text(IndexMinute minute) =>
        $"{minute.Time} {minute.Level} {string.Join(',', minute.Closes)} {string.Join(',', minute.Ages)} {minute.Rule.Version}";
}
