using DxyOrleans.Core.Indexes;

namespace DxyOrleans.Core.Tests.Indexes;

/// <summary>What everybody who asks the list of deriving versions relies on.</summary>
public sealed class DerivingRulesTests
{
    static readonly IndexDefinition Basket = IndexDefinition.Dxy;

    [Fact]
    public void Versions_are_numbered_from_one_and_found_by_their_number()
    {
        Assert.Equal(Enumerable.Range(1, DerivingRules.All.Length), DerivingRules.All.Select(rule => rule.Version));
        Assert.All(DerivingRules.All, rule => Assert.Same(rule, DerivingRules.Of(rule.Version)));
    }

    [Fact]
    public void A_number_that_is_none_is_refused_with_those_that_there_are()
    {
        Assert.Null(DerivingRules.Find(0));
        Assert.Contains(
            $"There are deriving versions {DerivingRules.Numbers}.",
            Assert.Throws<ArgumentOutOfRangeException>(() => DerivingRules.Of(DerivingRules.All.Length + 1)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void What_is_committed_with_the_last_component_needs_nothing_from_before_the_minute() =>
        Assert.All(DerivingRules.All.Where(rule => !rule.IsEmittedByTime), rule =>
        {
            Assert.Equal(TimeSpan.Zero, rule.LookBack(Basket));
            Assert.Equal(TimeSpan.Zero, rule.EmitDelay(TimeSpan.FromSeconds(1)));
        });

    [Fact]
    public void A_registry_row_without_a_version_means_the_plan_s_rule() => Assert.Equal(1, Basket.Rule.Version);
}
