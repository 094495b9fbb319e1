namespace DxyOrleans.Web.Stream;

/// <summary>
/// What one reader has yet to be told: bounded, the newest of each bar. When it is full the reader is too slow for single events: all of
/// them give way to one that says so.
/// </summary>
/// <param name="capacity">Events that may wait.</param>
sealed class Mailbox(int capacity) : IDisposable
{
    readonly Lock _lock = new();
    readonly SemaphoreSlim _any = new(0, 1);
    readonly OrderedDictionary<(string Name, string Key), StreamEvent> _waiting = [];

    /// <summary>How often it was emptied because it was full.</summary>
    public int Resets { get; private set; }

    public void Post(StreamEvent one)
    {
        lock (_lock)
        {
            if (_waiting.ContainsKey((StreamEvent.Reset.Name, StreamEvent.Reset.Key)) && one.Topic.Contains('/', StringComparison.Ordinal))
            {
                // Whoever reads the tables anew reads this as well.
                return;
            }

            if (one.Name == StreamEvent.Reset.Name)
            {
                _waiting.Clear();
            }

            // In place of what it makes out of date, but told last.
            _waiting.Remove((one.Name, one.Key));
            if (_waiting.Count >= capacity)
            {
                _waiting.Clear();
                one = StreamEvent.Reset;
                Resets++;
            }

            _waiting.Add((one.Name, one.Key), one);
            if (_any.CurrentCount == 0)
            {
                _any.Release();
            }
        }
    }

    /// <summary>All that waits, once there is any; none where the time is over first.</summary>
    public async Task<IReadOnlyList<StreamEvent>> TakeAsync(TimeSpan within, CancellationToken cancellation)
    {
        await _any.WaitAsync(within, cancellation);
        lock (_lock)
        {
            StreamEvent[] taken = [.. _waiting.Values];
            _waiting.Clear();
            return taken;
        }
    }

    public void Dispose() => _any.Dispose();
}
