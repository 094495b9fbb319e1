namespace DxyOrleans.Feeds.Http;

/// <summary>
/// No more than so many requests within a span of real time: as many at once as are left, then each when the oldest is a span ago.
/// </summary>
/// <param name="most">0: no limit.</param>
/// <param name="span">The span.</param>
/// <param name="real">The real clock.</param>
sealed class RequestPace(int most, TimeSpan span, TimeProvider real)
{
    readonly Queue<long> _made = [];

    /// <summary>Returns when the next may be made. Not for two at once.</summary>
    public async Task WaitTurnAsync(CancellationToken cancellation)
    {
        if (most == 0)
        {
            return;
        }

        if (_made.Count >= most && span - real.GetElapsedTime(_made.Peek()) is var wait && wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, real, cancellation);
        }

        while (_made.Count >= most)
        {
            _made.Dequeue();
        }

        _made.Enqueue(real.GetTimestamp());
    }
}
