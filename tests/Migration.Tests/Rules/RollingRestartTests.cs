using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Tests.Rules;

public sealed class RollingRestartTests
{
    static readonly SiloMember One = new("127.0.0.1:11111", 100, true);
    static readonly SiloMember Two = new("127.0.0.1:11112", 105, true);
    static readonly RollingRestart Both = RollingRestart.Of([Two, One]);

    [Fact]
    public void Silos_that_are_not_in_the_cluster_are_not_asked() =>
        Assert.Equal([One.Name], RollingRestart.Of([One, Two with { IsActive = false }]).Silos);

    [Fact]
    public void The_first_is_asked_then_waited_for_and_the_second_only_after_it()
    {
        Assert.Equal(RestartMove.Ask, Both.Decide([One, Two], true));
        var asked = Both.WithAsked();
        Assert.Equal(RestartMove.WaitForStop, asked.Decide([One, Two], true));
        Assert.Equal(RestartMove.WaitForStart, asked.Decide([One with { IsActive = false }, Two], true));
        Assert.Equal(RestartMove.Next, asked.Decide([One with { IsActive = false }, One with { Generation = 200 }, Two], true));
        Assert.Equal(Two.Name, asked.WithNext().Silo);
        Assert.Equal(RestartMove.Ask, asked.WithNext().Decide([One with { Generation = 200 }, Two], true));
        Assert.Equal(RestartMove.Done, asked.WithNext().WithNext().Decide([], true));
    }

    [Fact]
    public void A_silo_that_is_back_holds_up_the_next_until_the_newest_bar_is_there() =>
        Assert.Equal(RestartMove.WaitForBar, Both.WithAsked().Decide([One with { Generation = 200 }, Two], false));

    [Fact]
    public void A_silo_that_restarted_or_went_by_itself_before_its_turn_is_not_asked()
    {
        Assert.Equal(RestartMove.Next, Both.Decide([One with { Generation = 200 }, Two], true));
        Assert.Equal(RestartMove.Next, Both.Decide([Two], true));
    }

    [Fact]
    public void An_earlier_generation_at_the_address_is_not_a_restart() =>
        Assert.Equal(RestartMove.WaitForStart, Both.WithAsked().Decide([One with { Generation = 99 }, Two], true));
}
