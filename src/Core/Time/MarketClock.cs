namespace DxyOrleans.Core.Time;

/// <summary>
/// Market time at a rate of its own, for rehearsals, or as the server has it: it stands at an anchor until a real instant and runs from
/// there, so that processes that share the three numbers share the time. Timers wait the real time that their market time takes.
/// </summary>
public sealed class MarketClock : TimeProvider
{
    // What a system timer can wait at most.
    static readonly TimeSpan MaxWait = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>How far a machine's clock may be from the server's, the way between them counted in.</summary>
    static readonly TimeSpan Tolerance = TimeSpan.FromSeconds(2);

    readonly TimeProvider _real;
    readonly TimeSpan _sinceAnchor;
    readonly long _began;

    /// <param name="real">The real clock; its time is read once, then only its timestamps: a stepped wall clock doesn't step the
    /// market.</param>
    /// <param name="anchorReal">Until then market time stands.</param>
    /// <param name="anchorMarket">Where it stands, and runs on from.</param>
    /// <param name="rate">Market seconds a real second; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not above 0, or no number.</exception>
    public MarketClock(TimeProvider real, UtcTime anchorReal, UtcTime anchorMarket, double rate)
    {
        if (!(rate > 0 && double.IsFinite(rate)))
        {
            throw new ArgumentOutOfRangeException(nameof(rate), rate, "Time has to go forward.");
        }

        (_real, AnchorReal, AnchorMarket, Rate) = (real, anchorReal, anchorMarket, rate);
        _sinceAnchor = UtcTime.From(real.GetUtcNow()) - anchorReal;
        _began = real.GetTimestamp();
    }

    /// <summary>
    /// The server's time on a machine whose own clock is wrong; null where it is right. What is live and what lies in the future must not
    /// depend on which silo is asked. A clock that is put right meanwhile doesn't step this one.
    /// </summary>
    /// <param name="real">The real clock.</param>
    /// <param name="server">What the server's clock showed a moment ago.</param>
    public static MarketClock? OfServer(TimeProvider real, UtcTime server)
    {
        var own = UtcTime.From(real.GetUtcNow());
        return (own - server).Duration() <= Tolerance ? null : new MarketClock(real, own, server, 1) { IsServers = true };
    }

    /// <summary>Whether it is the server's own, on a machine whose clock is wrong.</summary>
    public bool IsServers { get; private init; }

    public UtcTime AnchorReal { get; }

    public UtcTime AnchorMarket { get; }

    /// <summary>Market seconds a real second.</summary>
    public double Rate { get; }

    /// <summary>How long market time still stands; zero when it runs.</summary>
    public TimeSpan Standing => SinceAnchor < TimeSpan.Zero ? -SinceAnchor : TimeSpan.Zero;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => (AnchorMarket + Passed).ToDateTimeOffset();

    public override long GetTimestamp() => Passed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        new MarketTimer(this, _real.CreateTimer(callback, state, Wait(dueTime, Standing), Wait(period, TimeSpan.Zero)));

    /// <summary>
    /// The real time that a wait of market time takes, in whole milliseconds, never less than it: timers cut fractions off, and a wait of
    /// 0.7 ms cut to none would spin.
    /// </summary>
    public TimeSpan ToReal(TimeSpan market) => Wait(market, TimeSpan.Zero);

    TimeSpan SinceAnchor => _sinceAnchor + _real.GetElapsedTime(_began);

    TimeSpan Passed => SinceAnchor is { } since && since > TimeSpan.Zero ? since * Rate : TimeSpan.Zero;

    TimeSpan Wait(TimeSpan market, TimeSpan standing)
    {
        if (market == Timeout.InfiniteTimeSpan || market == TimeSpan.Zero)
        {
            return market;
        }

        var milliseconds = Math.Ceiling(standing.TotalMilliseconds + (market.TotalMilliseconds / Rate));
        return milliseconds < MaxWait.TotalMilliseconds ? TimeSpan.FromMilliseconds(milliseconds) : MaxWait;
    }

    sealed class MarketTimer(MarketClock clock, ITimer real) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) =>
            real.Change(clock.Wait(dueTime, clock.Standing), clock.Wait(period, TimeSpan.Zero));

        public void Dispose() => real.Dispose();

        public ValueTask DisposeAsync() => real.DisposeAsync();
    }
}
