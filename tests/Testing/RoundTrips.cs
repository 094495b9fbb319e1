using System.Collections.Concurrent;
using System.Diagnostics;

namespace DxyOrleans.Testing;

/// <summary>Counts the round trips to a server that the code under it makes: a batch is one, whatever is in it.</summary>
public sealed class RoundTrips : IDisposable
{
    readonly ConcurrentQueue<string> _statements = new();
    readonly ActivityListener _listener;
    readonly ActivityTraceId _trace;
    readonly Activity _own;

    public RoundTrips()
    {
        _trace = ActivityTraceId.CreateRandom();
        _listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = Note,
        };
        ActivitySource.AddActivityListener(_listener);
        _own = new Activity(nameof(RoundTrips)).SetParentId(_trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded).Start();
    }

    /// <summary>What was sent in each, by what the driver calls it.</summary>
    public IReadOnlyCollection<string> Made => _statements;

    public void Dispose()
    {
        _own.Stop();
        _listener.Dispose();
    }

    // Tests run beside each other in one process: ours are of our own trace. A connection that has to be made is none of them.
    void Note(Activity activity)
    {
        if (activity.TraceId == _trace && activity.GetTagItem("db.query.text") is not null)
        {
            _statements.Enqueue(activity.DisplayName);
        }
    }
}
