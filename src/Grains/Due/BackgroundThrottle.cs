using DxyOrleans.Bars.Writing;

namespace DxyOrleans.Grains.Due;

/// <summary>
/// How long this silo's long work, deriving or a migration's, rests after each transaction while a minute's bars are coming in: all of it
/// together takes about a quarter of the time while a few have some, more where many do, for none rests longer than a live minute may wait.
/// They take their turns in the order in which they ask.
/// </summary>
public sealed class BackgroundThrottle(BarWriter writer, TimeProvider realTime)
{
    // Times what a transaction took.
    const int Share = 3;

    /// <summary>Real time within which the bars of one minute come.</summary>
    static readonly TimeSpan Arriving = TimeSpan.FromSeconds(1);

    // A live minute that has to be derived by the same grain waits no longer than this.
    static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    readonly Lock _one = new();
    readonly long _start = realTime.GetTimestamp();
    TimeSpan _free;

    /// <summary>Waits for the next turn of whoever has just worked as long; no time at all while no bars come.</summary>
    public Task WaitTurnAsync(TimeSpan took, CancellationToken cancellation) =>
        writer.SinceLast < Arriving ? Task.Delay(Rest(took), realTime, cancellation) : Task.CompletedTask;

    /// <summary>Takes the next turn for whoever has just worked as long; returns how long it has to wait for it, real time.</summary>
    public TimeSpan Rest(TimeSpan took)
    {
        lock (_one)
        {
            var now = realTime.GetElapsedTime(_start);
            var turn = (_free > now ? _free : now) + (took * Share);
            _free = turn < now + Longest ? turn : now + Longest;
            return _free - now;
        }
    }
}
