using DxyOrleans.Core.Time;
using Microsoft.Extensions.Time.Testing;

namespace DxyOrleans.Feeds.Tests.Live;

/// <summary>A clock that goes on by a step when a poller has been answered and waits for the next one.</summary>
sealed class SteppedClock(UtcTime begin) : FakeTimeProvider(begin.ToDateTimeOffset())
{
    public static readonly TimeSpan Step = TimeSpan.FromSeconds(4);

    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    int _waits;
    int _stepped;

    public UtcTime Now => UtcTime.From(GetUtcNow());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime == Step)
        {
            Interlocked.Increment(ref _waits);
        }

        return timer;
    }

    /// <summary>Waits for an answer of this instant and for the wait after it, and then goes on.</summary>
    public async Task StepAsync(Func<UtcTime> answered)
    {
        var began = System.GetTimestamp();
        while (answered() < Now || Volatile.Read(ref _waits) <= _stepped)
        {
            Assert.True(System.GetElapsedTime(began) < Patience, $"Nobody polled at {Now}.");
            await Task.Delay(TimeSpan.FromMilliseconds(1), System);
        }

        _stepped = Volatile.Read(ref _waits);
        Advance(Step);
    }
}
