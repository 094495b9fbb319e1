using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;

namespace DxyOrleans.Core.Tests.Indexes;

public sealed class IndexCatalogTests
{
    [Theory]
    [InlineData("EURX", 107.5377753018914)]
    [InlineData("USD5SEK", 3.3241781364172125)]
    [InlineData("EURJPY", 165.0)]
    [InlineData("EURGBP", 0.8661417322834646)]
    [InlineData("EURCHF", 0.968)]
    [InlineData("EURSEK", 11.55)]
    [InlineData("EURCAD", 1.496)]
    [InlineData("GBPJPY", 190.5)]
    [InlineData("GBPCHF", 1.1176)]
    [InlineData("GBPCAD", 1.7272)]
    [InlineData("GBPSEK", 13.335)]
    [InlineData("CHFJPY", 170.45454545454547)]
    [InlineData("CADJPY", 110.29411764705881)]
    [InlineData("CADCHF", 0.6470588235294117)]
    [InlineData("CADSEK", 7.7205882352941178)]
    [InlineData("CHFSEK", 11.931818181818182)]
    [InlineData("SEKJPY", 14.285714285714286)]
    public void Each_has_its_golden_value_by_the_formula_that_derives_it(string name, double golden)
    {
        var index = IndexCatalog.Find(name)!;
        Assert.Equal(golden, index.Golden, golden * 1e-14);
        var closes = index.Definition.Components.Select(component => IndexCatalog.GoldenCloses[component.Symbol]).ToArray();
        Assert.Equal(Price.Round(golden), IndexFormula.Level(index.Definition, closes));
    }

    [Fact]
    public void There_are_two_baskets_and_fifteen_crosses_and_each_needs_only_the_dollar_indexs_pairs()
    {
        var pairs = IndexDefinition.Dxy.Components.Select(component => component.Symbol).ToHashSet();
        Assert.Equal(17, IndexCatalog.All.Select(index => index.Definition.Symbol).Distinct().Count());
        Assert.Equal(15, IndexCatalog.All.Count(index => index.AssetClass == IndexCatalog.Cross));
        Assert.All(IndexCatalog.All, index =>
            Assert.All(index.Definition.Components, component => Assert.Contains(component.Symbol, pairs))
        );
    }

    [Fact]
    public void The_euro_index_by_dollar_pairs_is_the_one_by_crosses()
    {
        var closes = IndexCatalog.GoldenCloses.ToDictionary(close => close.Key.Name, close => close.Value);
        (string Cross, double Exponent)[] published = [("EURGBP", 0.3056), ("EURJPY", 0.1891), ("EURCHF", 0.1113), ("EURSEK", 0.0785)];
        var level = published.Aggregate(34.38805726 * Math.Pow(closes["EURUSD"], 0.3155), (product, cross) =>
            product * Math.Pow(IndexCatalog.Find(cross.Cross)!.Golden, cross.Exponent)
        );
        Assert.Equal(IndexCatalog.Find("eurx")!.Golden, level, 1e-12);
    }
}
