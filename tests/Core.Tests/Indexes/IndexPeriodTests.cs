using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Indexes;

public sealed class IndexPeriodTests
{
    static readonly UtcTime Start = UtcTime.At(2026, 1, 5, 10);
    static readonly UtcTime Switch = Start + TimeSpan.FromMinutes(30);
    static readonly ImmutableArray<double> Weights = [-0.5, 0.3];

    [Fact]
    public void Each_minute_has_the_weights_of_its_period_one_by_one_and_over_columns()
    {
        var second = Switch + TimeSpan.FromMinutes(10);
        var index = Basket().With(new IndexPeriod(Switch, 3, Weights)).With(new IndexPeriod(second, 5, [0.1, -0.2]));
        foreach (var rule in DerivingRules.All)
        {
            var closes = Closes(60);
            var range = new TimeRange(Start, Start + TimeSpan.FromMinutes(60));
            var single = IndexRule.Derive(index, closes, range, rule);
            Assert.Equal(60, single.Minutes.Count);
            foreach (var minute in single.Minutes)
            {
                var (factor, exponents) =
                    minute.Time < Switch ? (2.0, [-0.6, 0.4])
                    : minute.Time < second ? (3.0, Weights)
                    : (5.0, ImmutableArray.Create(0.1, -0.2));
                var level = factor * Math.Pow(minute.Closes[0], exponents[0]) * Math.Pow(minute.Closes[1], exponents[1]);
                Assert.Equal(level, (double)minute.Level, 1e-8);
            }

            var grid = new CloseGrid(index, new TimeRange(range.From - rule.LookBack(index), range.To));
            foreach (var (column, i) in closes.Select((column, i) => (column, i)))
            {
                foreach (var (minute, close) in column.Minutes.Zip(column.Closes))
                {
                    grid.Place(i, minute, close);
                }
            }

            var block = IndexBlockRule.Derive(index, grid, range, rule);
            Assert.Equal(
                single.Minutes.Select(minute => minute.Level),
                Enumerable.Range(0, block.Count).Select(i => block.Minute(i).Level)
            );
        }
    }

    [Fact]
    public void A_continuing_period_begins_at_the_level_at_which_the_one_before_ended()
    {
        double[] last = [1.0837, 151.22];
        var index = Basket();
        var rebased = index.With(IndexPeriod.Continuing(index, Switch, Weights, last));
        Assert.Equal((double)IndexFormula.Level(index, last), (double)IndexFormula.Level(rebased.At(Switch), last), 1e-8);
        Assert.Equal(Weights, rebased.At(Switch).Components.Select(component => component.Exponent));
        Assert.Equal(2, rebased.At(Switch - Timeframe.OneMinute).Factor);
    }

    [Fact]
    public void No_level_is_computed_without_saying_of_which_period()
    {
        var index = Basket().With(new IndexPeriod(Switch, 3, Weights));
        Assert.Throws<ArgumentException>(() => IndexFormula.Level(index, [1.1, 150]));
        Assert.Throws<ArgumentException>(() => IndexFormula.TryLevel(index, [1.1, 150], out _));
        Assert.Throws<ArgumentException>(() =>
            IndexLevels.Compute(
                index,
                [
                    [1.1],
                    [150],
                ]
            )
        );
    }

    [Fact]
    public void Periods_ascend_and_name_an_exponent_for_each_component()
    {
        var index = Basket().With(new IndexPeriod(Switch, 3, Weights));
        Assert.Throws<ArgumentException>(() => index.With(new IndexPeriod(Switch, 4, Weights)));
        Assert.Throws<ArgumentException>(() => index.With(new IndexPeriod(Start, 4, Weights)));
        Assert.Throws<ArgumentException>(() => index.With(new IndexPeriod(Switch + TimeSpan.FromSeconds(61), 4, Weights)));
        Assert.Throws<ArgumentException>(() => index.With(new IndexPeriod(Switch + TimeSpan.FromDays(1), 4, [1])));
        Assert.Throws<ArgumentException>(() => index.With(new IndexPeriod(Switch + TimeSpan.FromDays(1), 0, Weights)));
        Assert.Throws<ArgumentException>(() => Basket().With(new IndexPeriod(UtcTime.At(1999, 1, 1), 4, Weights)));
    }

    static IndexDefinition Basket() =>
        new(Symbol.Parse("XYZ"), 2, [new(Symbol.Parse("EURUSD"), -0.6), new(Symbol.Parse("USDJPY"), 0.4)], UtcTime.At(1999, 1, 4));

    static List<ComponentCloses> Closes(int minutes)
    {
        var columns = Basket().Components.Select(component => new ComponentCloses(component.Symbol)).ToList();
        for (var minute = 0; minute < minutes; minute++)
        {
            columns[0].Add(Start.Minute + minute, 1.08 + (minute * 0.0001));
            columns[1].Add(Start.Minute + minute, 150 + (minute * 0.013));
        }

        return columns;
    }
}
