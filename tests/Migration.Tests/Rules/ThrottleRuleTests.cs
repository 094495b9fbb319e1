using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Tests.Rules;

public sealed class ThrottleRuleTests
{
    static readonly RunSettings Settings = new()
    {
        MaxLiveLateSeconds = 5,
        MaxLockWaits = 5,
        MaxWalMegabytesPerSecond = 20,
        MaxReplicaLagSeconds = 10,
    };

    [Fact]
    public void What_cannot_be_seen_is_no_reason_to_hold_back() => Assert.Null(ThrottleRule.Judge(Settings, default));

    [Fact]
    public void What_is_at_its_bound_is_let_through() => Assert.Null(ThrottleRule.Judge(Settings, new ThrottleSignals(5, 5, 20, 10)));

    [Fact]
    public void Every_reason_is_told_with_its_figures() =>
        Assert.Equal(
            "a live bar has been waiting for 6.5 s, more than 5 s; 7 sessions wait for a lock, more than 5; the server writes 31.2 MB "
                + "of WAL a second, more than 20; a replica is 12.0 s behind, more than 10 s",
            ThrottleRule.Judge(Settings, new ThrottleSignals(6.5, 7, 31.2, 12))
        );

    [Fact]
    public void A_bound_of_never_holds_nobody_back() =>
        Assert.Null(
            ThrottleRule.Judge(
                new RunSettings
                {
                    MaxLiveLateSeconds = 0,
                    MaxLockWaits = -1,
                    MaxWalMegabytesPerSecond = 0,
                    MaxReplicaLagSeconds = 0,
                },
                new ThrottleSignals(1e6, 1000, 1e6, 1e6)
            )
        );
}
