using System.Collections.Concurrent;
using DxyOrleans.Core.Bars;
using DxyOrleans.Web.Api;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DxyOrleans.Web.Stream;

/// <summary>
/// Looks into the tables while somebody reads the stream, and tells what is new there: whoever wrote it, by whichever silo. Nothing is
/// asked of those who write, and nothing at all is done while nobody reads.
/// </summary>
sealed partial class StreamHub(
    NpgsqlDataSource database,
    SeriesReader reader,
    IEnumerable<IStreamTopic> topics,
    WebOptions options,
    TimeProvider time,
    ILogger<StreamHub> logger
) : IAsyncDisposable
{
    readonly ConcurrentDictionary<Subscription, byte> _readers = [];
    readonly SeriesTails _series = new(reader, time);
    readonly FormingTail _forming = new();
    readonly List<TopicTail> _topics = [.. topics.Select(topic => new TopicTail(topic))];
    readonly CancellationTokenSource _stopped = new();
    readonly Lock _lock = new();
    Task _polling = Task.CompletedTask;
    bool _failed;

    /// <summary>Where the stream is: what a reader has who was told all of it so far.</summary>
    public StreamPosition Position { get; private set; }

    public int Readers => _readers.Count;

    /// <summary>Adds a reader, who is told what comes from now on; null where there are as many as may be.</summary>
    public Subscription? Join(IReadOnlyCollection<Series> series, IReadOnlyCollection<string> topics)
    {
        lock (_lock)
        {
            if (_readers.Count >= options.Streams)
            {
                return null;
            }

            var subscription = new Subscription(series, topics);
            _readers[subscription] = 0;
            if (_polling.IsCompleted)
            {
                _polling = Task.Run(() => PollAsync(_stopped.Token), CancellationToken.None);
            }

            return subscription;
        }
    }

    public void Leave(Subscription subscription)
    {
        lock (_lock)
        {
            _readers.TryRemove(subscription, out _);
        }

        subscription.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopped.CancelAsync();
        await _polling;
        await Task.WhenAll(_topics.Select(topic => topic.ForgetAsync()));
        _stopped.Dispose();
    }

    async Task PollAsync(CancellationToken cancellation)
    {
        _failed = false;
        _series.Forget();
        _forming.Forget();
        await Task.WhenAll(_topics.Select(topic => topic.ForgetAsync()));
        var begun = false;
        try
        {
            while (true)
            {
                lock (_lock)
                {
                    if (_readers.IsEmpty)
                    {
                        _polling = Task.CompletedTask;
                        return;
                    }
                }

                try
                {
                    await CheckAsync(begun, cancellation);
                    (begun, _failed) = (true, false);
                }
                catch (Exception fault) when (!cancellation.IsCancellationRequested)
                {
                    if (!_failed)
                    {
                        LogPollFailed(fault.Message);
                    }

                    _failed = true;
                }

                await Task.Delay(options.Poll, time, cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The silo stops.
        }
    }

    // On one connection, and never on two: it waits for no reader.
    async Task CheckAsync(bool begun, CancellationToken cancellation)
    {
        var readers = _readers.Keys.ToList();
        await using (var connection = await database.OpenConnectionAsync(cancellation))
        {
            if (!begun)
            {
                await _series.BeginAsync(connection, cancellation);
            }

            var now = await connection.NowAsync(cancellation);
            await _series.CheckAsync(connection, readers.SelectMany(one => one.Series).ToHashSet(), Tell, cancellation);
            if (readers.Any(one => one.Wants(Subscription.Forming)))
            {
                Tell(await _forming.NextAsync(connection, cancellation));
            }

            Position = new StreamPosition(now, _series.Correction);
        }

        foreach (var topic in _topics.Where(topic => readers.Any(one => one.Wants(topic.Name))))
        {
            topic.Look(time, Tell, LogPollFailed, cancellation);
        }

        foreach (var subscription in readers)
        {
            subscription.Begin();
        }
    }

    void Tell(IEnumerable<StreamEvent> events)
    {
        foreach (var one in events)
        {
            foreach (var subscription in _readers.Keys)
            {
                subscription.Post(one);
            }
        }
    }

    [LoggerMessage(2202, LogLevel.Warning, "The stream's readers can't be told what is new, goes on trying: {Reason}")]
    partial void LogPollFailed(string reason);
}
