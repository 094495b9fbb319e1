using DxyOrleans.Core.Time;
using Microsoft.Extensions.Time.Testing;

namespace DxyOrleans.Core.Tests.Time;

public sealed class MarketClockTests
{
    static readonly UtcTime Monday = UtcTime.At(2024, 3, 4, 8);
    static readonly UtcTime Real = UtcTime.At(2026, 11, 22, 20);

    readonly FakeTimeProvider _real = new(Real.ToDateTimeOffset());

    [Fact]
    public void A_minute_at_360_times_is_six_hours()
    {
        var clock = Clock(360);
        var began = clock.GetTimestamp();

        _real.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(Monday + TimeSpan.FromHours(6), Now(clock));
        Assert.Equal(TimeSpan.FromHours(6), clock.GetElapsedTime(began));
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(-3600)]
    [InlineData(3)]
    public void A_machine_whose_clock_is_wrong_follows_the_servers(int ahead)
    {
        var server = Real - TimeSpan.FromSeconds(ahead);
        var clock = MarketClock.OfServer(_real, server)!;
        Assert.Equal(server, Now(clock));

        _real.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(server + TimeSpan.FromMinutes(1), Now(clock));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(-2)]
    public void A_machine_whose_clock_is_right_keeps_it(int ahead) =>
        Assert.Null(MarketClock.OfServer(_real, Real - TimeSpan.FromSeconds(ahead)));

    [Fact]
    public void A_process_that_starts_later_is_at_the_same_market_time()
    {
        var first = Clock(1440);
        _real.Advance(TimeSpan.FromSeconds(17.25));
        var second = Clock(1440);
        _real.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(Now(first), Now(second));
    }

    [Fact]
    public void It_stands_until_its_anchor_and_timers_armed_meanwhile_wait_that_much_longer()
    {
        var clock = Clock(60, TimeSpan.FromSeconds(10));
        var fired = 0;
        using var timer = clock.CreateTimer(_ => fired++, null, TimeSpan.FromMinutes(1), Timeout.InfiniteTimeSpan);

        _real.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(Monday, Now(clock));
        Assert.Equal(0, fired);
        _real.Advance(TimeSpan.FromMilliseconds(999));
        Assert.Equal(0, fired);

        _real.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, fired);
        Assert.Equal(Monday + TimeSpan.FromMinutes(1), Now(clock));
    }

    [Theory]
    [InlineData(1440, 1_000, 1)]
    [InlineData(1440, 60_000, 42)]
    [InlineData(360, 60_000, 167)]
    [InlineData(1, 250, 250)]
    [InlineData(1e-9, 60_000, 4_294_967_294)]
    public void A_wait_is_rounded_up_to_whole_milliseconds_and_fits_a_timer(double rate, long market, long real) =>
        Assert.Equal(TimeSpan.FromMilliseconds(real), Clock(rate).ToReal(TimeSpan.FromMilliseconds(market)));

    [Fact]
    public void Waits_that_are_none_stay_none()
    {
        Assert.Equal(TimeSpan.Zero, Clock(1440).ToReal(TimeSpan.Zero));
        Assert.Equal(Timeout.InfiniteTimeSpan, Clock(1440).ToReal(Timeout.InfiniteTimeSpan));
    }

    [Fact]
    public void A_timer_that_is_changed_waits_in_market_time_too()
    {
        var clock = Clock(60);
        var fired = 0;
        using var timer = clock.CreateTimer(_ => fired++, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        timer.Change(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));
        _real.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(3, fired);
    }

    [Fact]
    public void A_wall_clock_that_is_set_back_does_not_set_the_market_back()
    {
        var wall = new SteppedClock(_real);
        var clock = new MarketClock(wall, Real, Monday, 360);
        _real.Advance(TimeSpan.FromSeconds(10));
        wall.Step = TimeSpan.FromHours(-1);

        Assert.Equal(Monday + TimeSpan.FromHours(1), Now(clock));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_rate_that_does_not_go_forward_is_refused(double rate) => Assert.Throws<ArgumentOutOfRangeException>(() => Clock(rate));

    MarketClock Clock(double rate, TimeSpan standing = default) => new(_real, Real + standing, Monday, rate);

    static UtcTime Now(TimeProvider clock) => UtcTime.From(clock.GetUtcNow());

    sealed class SteppedClock(TimeProvider real) : TimeProvider
    {
        public TimeSpan Step { get; set; }

        public override long TimestampFrequency => real.TimestampFrequency;

        public override DateTimeOffset GetUtcNow() => real.GetUtcNow() + Step;

        public override long GetTimestamp() => real.GetTimestamp();
    }
}
