using DxyOrleans.Core.Feeds;

namespace DxyOrleans.Core.Tests.Feeds;

public sealed class BackOffRuleTests
{
    static readonly BackOffRule Rule = new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(10));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 4)]
    [InlineData(6, 32)]
    [InlineData(7, 60)]
    [InlineData(1_000_000, 60)]
    public void The_wait_doubles_up_to_its_limit(int losses, double seconds)
    {
        Assert.Equal(TimeSpan.FromSeconds(seconds), Rule.Wait(losses, 0.5, null));
        Assert.Equal(TimeSpan.FromSeconds(seconds) * 0.75, Rule.Wait(losses, 0, null));
        Assert.InRange(Rule.Wait(losses, 0.999999, null), TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(seconds) * 1.25);
    }

    [Fact]
    public void What_the_vendor_asks_for_is_waited_even_beyond_the_limit_and_never_shortens_the_wait()
    {
        Assert.Equal(TimeSpan.FromMinutes(10), Rule.Wait(1, 0.5, TimeSpan.FromMinutes(10)));
        Assert.Equal(TimeSpan.FromSeconds(8), Rule.Wait(4, 0.5, TimeSpan.FromSeconds(3)));
    }
}
