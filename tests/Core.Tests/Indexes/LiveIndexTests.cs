using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Indexes;

public sealed class LiveIndexTests
{
    static readonly UtcTime Now = UtcTime.At(2024, 3, 5, 13, 0, 30);

    static readonly Dictionary<string, (decimal Price, decimal Before)> Prices = new()
    {
        ["EURUSD"] = (1.0812m, 1.0850m),
        ["USDJPY"] = (150.1m, 149.2m),
        ["GBPUSD"] = (1.2712m, 1.2690m),
        ["USDCAD"] = (1.3590m, 1.3590m),
        ["USDSEK"] = (10.41m, 10.35m),
        ["USDCHF"] = (0.8812m, 0.8790m),
    };

    [Fact]
    public void Its_level_is_the_formulas_and_the_points_add_up_to_its_change()
    {
        var live = LiveIndex.Of(IndexDefinition.Dxy, All(), Now);
        double[] closes = [1.0812, 150.1, 1.2712, 1.3590, 10.41, 0.8812];
        Assert.Equal(IndexFormula.Level(IndexDefinition.Dxy, closes), live.Level);
        Assert.Equal((double)live.Change!.Value, (double)live.Components.Sum(component => component.Points!.Value), 6);
        Assert.Equal(0, live.Components.Single(component => component.Component.Symbol.Name == "USDCAD").Points);
        Assert.True(live.Components[0].Points > 0 && live.Components[2].Points < 0);
    }

    [Fact]
    public void A_rebased_index_is_live_by_the_weights_of_now()
    {
        var doubled = new IndexPeriod(Now.Floor(Timeframe.OneMinute), IndexDefinition.Dxy.Factor * 2, Weights());
        var ahead = new IndexPeriod(doubled.Since + TimeSpan.FromDays(1), 1, Weights());
        var live = LiveIndex.Of(IndexDefinition.Dxy.With(doubled).With(ahead), All(), Now);
        var once = LiveIndex.Of(IndexDefinition.Dxy, All(), Now);
        Assert.Equal((double)once.Level!.Value * 2, (double)live.Level!.Value, 1e-7);
        Assert.Equal((double)once.Change!.Value * 2, (double)live.Change!.Value, 1e-7);

        static System.Collections.Immutable.ImmutableArray<double> Weights() =>
            [.. IndexDefinition.Dxy.Components.Select(component => component.Exponent)];
    }

    [Fact]
    public void Without_a_price_of_each_there_is_no_level_and_without_one_of_before_no_change()
    {
        var prices = All();
        prices[Symbol.Parse("USDSEK")] = prices[Symbol.Parse("USDSEK")] with { Before = null };
        var live = LiveIndex.Of(IndexDefinition.Dxy, prices, Now);
        Assert.NotNull(live.Level);
        Assert.Null(live.Change);
        Assert.All(live.Components, component => Assert.Null(component.Points));

        prices.Remove(Symbol.Parse("USDSEK"));
        Assert.Null(LiveIndex.Of(IndexDefinition.Dxy, prices, Now).Level);
    }

    [Fact]
    public void Prices_that_are_older_than_may_be_are_named()
    {
        var prices = All();
        prices[Symbol.Parse("USDSEK")] = prices[Symbol.Parse("USDSEK")] with { At = Now - TimeSpan.FromMinutes(6) };
        var live = LiveIndex.Of(IndexDefinition.Dxy, prices, Now);
        Assert.Equal("USDSEK", Assert.Single(live.Stale(TimeSpan.FromMinutes(5))).Component.Symbol.Name);
    }

    [Fact]
    public void Samples_build_a_minute_and_the_next_begins_a_new_one()
    {
        var minute = SampledMinute.With(null, Now, 103m);
        minute = SampledMinute.With(minute, Now + TimeSpan.FromSeconds(1), 105m);
        minute = SampledMinute.With(minute, Now + TimeSpan.FromSeconds(2), 102m);
        Assert.Equal(new SampledMinute(Now.Floor(Timeframe.OneMinute), 103m, 105m, 102m, 102m, 3), minute);
        Assert.Equal(1, SampledMinute.With(minute, Now + TimeSpan.FromSeconds(30), 104m).Samples);
    }

    static Dictionary<Symbol, LivePrice> All() =>
        Prices.ToDictionary(one => Symbol.Parse(one.Key), one => new LivePrice(one.Value.Price, Now, one.Value.Before));
}
