using DxyOrleans.Core.Health;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Health;

public sealed class HealthRulesTests
{
    static readonly UtcTime Sunday = UtcTime.At(2019, 10, 13, 20);
    static readonly UtcTime LastOfWeek = UtcTime.At(2019, 10, 11, 20, 59);

    [Fact]
    public void A_weekend_makes_nothing_stale() => Assert.Equal(HealthStatus.Pass, HealthRules.Freshness("DXY", LastOfWeek, Sunday).Status);

    [Theory]
    [InlineData(3, HealthStatus.Pass)]
    [InlineData(4, HealthStatus.Warn)]
    [InlineData(10, HealthStatus.Warn)]
    [InlineData(11, HealthStatus.Fail)]
    public void Freshness_is_counted_in_market_minutes_after_the_opening(int minutes, HealthStatus status) =>
        Assert.Equal(status, HealthRules.Freshness("DXY", LastOfWeek, UtcTime.At(2019, 10, 13, 21) + TimeSpan.FromMinutes(minutes)).Status);

    [Fact]
    public void History_that_nobody_sends_live_is_not_late_but_a_bar_from_the_future_is_none_all_the_same()
    {
        Assert.Equal(HealthStatus.Warn, HealthRules.Freshness("DXY", LastOfWeek, UtcTime.At(2026, 1, 1), isLive: false).Status);
        Assert.Equal(HealthStatus.Fail, HealthRules.Freshness("DXY", LastOfWeek, UtcTime.At(2019, 10, 1), isLive: false).Status);
    }

    [Fact]
    public void A_bar_from_the_future_fails() =>
        Assert.Equal(HealthStatus.Fail, HealthRules.Freshness("DXY", Sunday + TimeSpan.FromHours(1), Sunday).Status);

    [Theory]
    [InlineData(980, 1000, HealthStatus.Pass)]
    [InlineData(979, 1000, HealthStatus.Warn)]
    [InlineData(899, 1000, HealthStatus.Fail)]
    [InlineData(0, 0, HealthStatus.Pass)]
    public void Coverage_is_judged_by_its_share(int bars, int expected, HealthStatus status) =>
        Assert.Equal(status, HealthRules.Coverage("DXY", bars, expected).Status);

    [Fact]
    public void A_rollup_one_bucket_behind_is_a_warning_and_two_a_failure()
    {
        var due = UtcTime.At(2019, 10, 7, 10);
        Assert.Equal(HealthStatus.Pass, HealthRules.Schedule("DXY/1h", Timeframe.OneHour, due, due).Status);
        Assert.Equal(HealthStatus.Warn, HealthRules.Schedule("DXY/1h", Timeframe.OneHour, due, due - TimeSpan.FromHours(1)).Status);
        Assert.Equal(HealthStatus.Fail, HealthRules.Schedule("DXY/1h", Timeframe.OneHour, due, due - TimeSpan.FromHours(2)).Status);
        Assert.Equal(HealthStatus.Fail, HealthRules.Schedule("DXY/1h", Timeframe.OneHour, due, null).Status);
        Assert.Equal(HealthStatus.Pass, HealthRules.Schedule("DXY/1h", Timeframe.OneHour, null, null).Status);
    }

    [Theory]
    [InlineData(0.0001, 85, 164, HealthStatus.Pass)]
    [InlineData(0.02, 85, 164, HealthStatus.Warn)]
    [InlineData(0.06, 85, 164, HealthStatus.Fail)]
    [InlineData(0.0001, 85, 9999, HealthStatus.Fail)]
    [InlineData(0.0001, 9, 100, HealthStatus.Fail)]
    public void Outliers_are_judged_by_the_largest_move_and_by_what_is_plausible(
        double move,
        int lowest,
        int highest,
        HealthStatus status
    ) => Assert.Equal(status, HealthRules.Outliers("DXY", move, lowest, highest, 50, 200).Status);

    [Fact]
    public void Silence_of_silos_that_call_themselves_active_fails_and_no_silo_at_all_warns()
    {
        Assert.Equal(HealthStatus.Pass, HealthRules.Silos(2, 2).Status);
        Assert.Equal(HealthStatus.Warn, HealthRules.Silos(1, 2).Status);
        Assert.Equal(HealthStatus.Warn, HealthRules.Silos(0, 0).Status);
        Assert.Equal(HealthStatus.Fail, HealthRules.Silos(0, 1).Status);
    }

    [Fact]
    public void Waiting_work_is_graded_by_its_age_and_failed_work_by_its_attempts()
    {
        Assert.Equal(HealthStatus.Pass, HealthRules.Backlog(null, 0, 0).Status);
        Assert.Equal(HealthStatus.Pass, HealthRules.Backlog(TimeSpan.FromSeconds(60), 5, 0).Status);
        Assert.Equal(HealthStatus.Warn, HealthRules.Backlog(TimeSpan.FromMinutes(9), 5, 0).Status);
        Assert.Equal(HealthStatus.Fail, HealthRules.Backlog(TimeSpan.FromMinutes(11), 5, 0).Status);
        Assert.Equal(HealthStatus.Warn, HealthRules.Parked(1, 4).Status);
        Assert.Equal(HealthStatus.Fail, HealthRules.Parked(1, 5).Status);
        Assert.Equal(HealthStatus.Warn, HealthRules.Missed(1).Status);
        Assert.Equal(HealthStatus.Fail, HealthRules.Clock(TimeSpan.FromMinutes(-1), isSet: false).Status);
    }
}
