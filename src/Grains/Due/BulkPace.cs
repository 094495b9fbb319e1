using System.Diagnostics;

namespace DxyOrleans.Grains.Due;

/// <summary>
/// How long this silo's long work rests after each transaction while a minute's bars are coming in: all of it together takes about a quarter of the time while a few
/// targets have some, more where many do, for none rests longer than a live minute may wait. Grains take their turns in the order in which they ask.
/// </summary>
public sealed class BulkPace
{
    // Times what a transaction took.
    const int Share = 3;

    // A live minute that has to be derived by the same grain waits no longer than this.
    static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);

    readonly Lock _one = new();
    long _free;

    /// <summary>Takes the next turn for whoever has just worked as long; returns how long it has to wait for it, real time.</summary>
    public TimeSpan Rest(TimeSpan took)
    {
        lock (_one)
        {
            var now = Stopwatch.GetTimestamp();
            var rest = Stopwatch.GetElapsedTime(now, Math.Max(now, _free)) + (took * Share);
            rest = rest < Longest ? rest : Longest;
            _free = now + (long)(rest.TotalSeconds * Stopwatch.Frequency);
            return rest;
        }
    }
}
