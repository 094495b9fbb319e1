using CsCheck;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Indexes;

public sealed class IndexFormulaTests
{
    static readonly Gen<double[]> Closes = Gen.Double[0.01, 1000].Array[6];

    [Fact]
    public void The_golden_values_come_out()
    {
        Assert.Equal(103.04132390m, IndexFormula.Level(IndexDefinition.Dxy, [1.10, 150, 1.27, 1.36, 10.5, 0.88]));
        Assert.Equal(50.14348112m, IndexFormula.Level(IndexDefinition.Dxy, [1, 1, 1, 1, 1, 1]));
    }

    [Fact]
    public void The_basket_is_the_published_one()
    {
        var weights = IndexDefinition.Dxy.Components.ToDictionary(component => component.Symbol.Name, component => component.Exponent);

        Assert.Equal(
            new()
            {
                ["EURUSD"] = -0.576,
                ["USDJPY"] = 0.136,
                ["GBPUSD"] = -0.119,
                ["USDCAD"] = 0.091,
                ["USDSEK"] = 0.042,
                ["USDCHF"] = 0.036,
            },
            weights
        );
        Assert.Equal(1.0, weights.Values.Sum(Math.Abs), 12);
        Assert.Equal(UtcTime.At(1999, 1, 4), IndexDefinition.Dxy.Since);
        Assert.Equal("DXY/1m", IndexDefinition.Dxy.Series.ToString());
    }

    [Fact]
    public void The_level_is_the_product_of_powers() =>
        Closes.Sample(closes =>
        {
            var product = IndexDefinition.Dxy.Factor;
            for (var i = 0; i < closes.Length; i++)
            {
                product *= Math.Pow(closes[i], IndexDefinition.Dxy.Components[i].Exponent);
            }

            Assert.Equal(product, (double)IndexFormula.Level(IndexDefinition.Dxy, closes), 0.00000001 + (product * 1e-12));
        });

    [Fact]
    public void The_contributions_add_up_to_the_move() =>
        Gen.Select(Closes, Closes)
            .Sample(
                (before, now) =>
                {
                    var move = Math.Log(
                        (double)IndexFormula.Level(IndexDefinition.Dxy, now) / (double)IndexFormula.Level(IndexDefinition.Dxy, before)
                    );
                    var contributed = IndexDefinition
                        .Dxy.Components.Select((component, i) => IndexFormula.Contribution(component, (decimal)before[i], (decimal)now[i]))
                        .Sum();
                    Assert.Equal(move, contributed, 1e-6);
                }
            );

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_close_that_is_no_price_is_refused_by_name(double close) =>
        Assert.Contains(
            "GBPUSD",
            Assert.Throws<ArgumentOutOfRangeException>(() => IndexFormula.Level(IndexDefinition.Dxy, [1, 1, close, 1, 1, 1])).Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Another_number_of_closes_is_refused() =>
        Assert.Throws<ArgumentException>(() => IndexFormula.Level(IndexDefinition.Dxy, [1, 1, 1, 1, 1]));

    [Fact]
    public void A_definition_that_can_not_be_computed_does_not_exist()
    {
        var euro = new IndexComponent(Symbol.Parse("EURUSD"), 1);
        Assert.Throws<ArgumentException>(() => Define(1, []));
        Assert.Throws<ArgumentException>(() => Define(1, [euro, euro]));
        Assert.Throws<ArgumentException>(() => Define(0, [euro]));
        Assert.Throws<ArgumentException>(() => Define(double.NaN, [euro]));
        Assert.Throws<ArgumentException>(() => Define(1, [euro with { Exponent = double.PositiveInfinity }]));
        Assert.Throws<ArgumentException>(() => Define(1, [euro], 1441));
        Assert.Throws<ArgumentException>(() => Define(1, [euro], -1));

        static IndexDefinition Define(double factor, IndexComponent[] components, int maxAge = 5) =>
            new(Symbol.Parse("XYZ"), factor, [.. components], default, maxAgeMinutes: maxAge);
    }
}
