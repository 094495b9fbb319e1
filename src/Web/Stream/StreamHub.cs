using System.Collections.Concurrent;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
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
    ReadGate gate,
    IEnumerable<IStreamTopic> topics,
    WebOptions options,
    TimeProvider time,
    ILogger<StreamHub> logger
) : IAsyncDisposable
{
    /// <summary>Bars of a series that a reader who comes again is sent one by one; of more it reads anew.</summary>
    const int MaxReplay = 400;

    /// <summary>How long ago, in market time, a reader may have been told the last.</summary>
    static readonly TimeSpan MaxBreak = TimeSpan.FromMinutes(10);

    /// <summary>How often it is looked whether a long transaction brought something in among what was seen.</summary>
    static readonly TimeSpan LateEvery = TimeSpan.FromSeconds(30);

    static readonly TimeSpan DeepEvery = TimeSpan.FromSeconds(20);
    static readonly TimeSpan TablesEvery = TimeSpan.FromSeconds(2);

    readonly ConcurrentDictionary<Subscription, byte> _readers = [];
    readonly Dictionary<Series, BarTail> _tails = [];
    readonly Dictionary<string, string> _forming = [];
    readonly List<TopicTail> _topics = [.. topics.Select(topic => new TopicTail(topic))];
    readonly Corrections _corrections = new();
    readonly CancellationTokenSource _stopped = new();
    readonly Lock _lock = new();
    Task _polling = Task.CompletedTask;
    (long Deep, long Tables, long Late) _last;
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

    /// <summary>
    /// What a reader missed since its position, from the tables: any silo can tell. One event that says to read anew where that is long
    /// ago or much.
    /// </summary>
    public Task<IReadOnlyList<StreamEvent>> SinceAsync(Subscription subscription, string position, CancellationToken cancellation) =>
        gate.ReadAsync(
            async end =>
            {
                await using var connection = await database.OpenConnectionAsync(end);
                var now = await connection.NowAsync(end);
                return StreamPosition.TryParse(position, out var since) && since.Time <= now && now - since.Time <= MaxBreak
                    ? await SinceAsync(connection, subscription, since, end) ?? [StreamEvent.Reset]
                    : [StreamEvent.Reset];
            },
            cancellation
        );

    async Task<IReadOnlyList<StreamEvent>?> SinceAsync(
        NpgsqlConnection connection,
        Subscription subscription,
        StreamPosition since,
        CancellationToken cancellation
    )
    {
        if (await Corrections.SinceAsync(connection, since.Correction, cancellation) is not { } corrected)
        {
            return null;
        }

        var missed = new List<StreamEvent>();
        foreach (var series in subscription.Series)
        {
            var tail = new BarTail(series) { Table = await reader.TableAsync(connection, series, cancellation) };
            var from = since.Time.Floor(series.Timeframe) - new TimeSpan(series.Timeframe.Ticks * BarTail.Window);
            var range = new TimeRange(from, SeriesReader.Last);
            var rows = await SeriesReader.RowsAsync(connection, tail.Table, series, range, null, cancellation);
            missed.AddRange(rows.Select(tail.Event));
            if (
                rows.Count > MaxReplay
                || await CorrectedAsync(connection, tail, [.. corrected[series].Except(rows.Select(row => row.Time))], cancellation)
                    is not { } events
            )
            {
                return null;
            }

            missed.AddRange(events);
        }

        return missed;
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
        (_last, _failed) = (default, false);
        _tails.Clear();
        _forming.Clear();
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
                await _corrections.BeginAsync(connection, cancellation);
            }

            var now = await connection.NowAsync(cancellation);
            await TablesAsync(connection, readers, cancellation);
            await BarsAsync(connection, Due(ref _last.Deep, DeepEvery), cancellation);
            await CorrectionsAsync(connection, cancellation);
            await FormingAsync(connection, cancellation);
            Position = new StreamPosition(now, _corrections.Last);
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

    // A symbol's route may change while its bars are read.
    async Task TablesAsync(NpgsqlConnection connection, List<Subscription> readers, CancellationToken cancellation)
    {
        var wanted = readers.SelectMany(one => one.Series).ToHashSet();
        foreach (var series in _tails.Keys.Except(wanted).ToList())
        {
            _tails.Remove(series);
        }

        var again = Due(ref _last.Tables, TablesEvery);
        foreach (var series in wanted)
        {
            if (!_tails.TryGetValue(series, out var tail))
            {
                _tails[series] = tail = new BarTail(series);
            }

            if (again || tail.Table is null)
            {
                tail.Table = await TableAsync(connection, series, cancellation);
            }
        }
    }

    async Task<BarTable?> TableAsync(NpgsqlConnection connection, Series series, CancellationToken cancellation)
    {
        try
        {
            return await reader.TableAsync(connection, series, cancellation);
        }
        catch (ProblemException)
        {
            // It was taken out of the registry since.
            return null;
        }
    }

    async Task BarsAsync(NpgsqlConnection connection, bool deep, CancellationToken cancellation)
    {
        foreach (var tail in _tails.Values.Where(tail => tail.Table is not null))
        {
            var from = tail.From(deep);
            if (from == SeriesReader.First)
            {
                from = await NewestAsync(connection, tail, cancellation) ?? from;
            }

            var rows = await SeriesReader.RowsAsync(
                connection,
                tail.Table!,
                tail.Series,
                new TimeRange(from, SeriesReader.Last),
                null,
                cancellation
            );
            Tell(tail.Differences(from, rows));
        }
    }

    static async Task<UtcTime?> NewestAsync(NpgsqlConnection connection, BarTail tail, CancellationToken cancellation)
    {
        await using var command = connection.Statement("nth_newest");
        command.Parameters.AddSeries(tail.Series).With(SeriesReader.Last.ToDateTime()).With(BarTail.DeepWindow).With(tail.Table!.Name);
        return await command.ExecuteScalarAsync(cancellation) is DateTime from ? UtcTime.From(from) : null;
    }

    async Task CorrectionsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (
            await _corrections.NextAsync(connection, cancellation) is not { } corrected
            || (Due(ref _last.Late, LateEvery) && await _corrections.MissedAnyAsync(connection, cancellation))
        )
        {
            Tell([StreamEvent.Reset]);
            return;
        }

        foreach (var tail in _tails.Values.Where(tail => tail.Table is not null))
        {
            // What lies in the window was seen there.
            var from = tail.From(deep: false);
            Tell(
                await CorrectedAsync(connection, tail, [.. corrected[tail.Series].Where(bar => bar < from)], cancellation)
                    ?? [StreamEvent.Reset]
            );
        }
    }

    static async Task<IReadOnlyList<StreamEvent>?> CorrectedAsync(
        NpgsqlConnection connection,
        BarTail tail,
        IReadOnlyCollection<UtcTime> bars,
        CancellationToken cancellation
    )
    {
        if (bars.Count == 0)
        {
            return [];
        }

        if (bars.Distinct().Count() > MaxReplay)
        {
            return null;
        }

        var events = new List<StreamEvent>();
        foreach (var bar in bars.Distinct().Order())
        {
            var range = new TimeRange(bar, bar + TimeSpan.FromMicroseconds(1));
            var rows = await SeriesReader.RowsAsync(connection, tail.Table!, tail.Series, range, null, cancellation);
            events.Add(rows.Count > 0 ? tail.Event(rows[^1]) : tail.Removed(bar));
        }

        return events;
    }

    async Task FormingAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (!_readers.Keys.Any(one => one.Wants(Subscription.Forming)))
        {
            return;
        }

        await using var command = connection.Statement("forming_minutes");
        await using var rows = await command.ExecuteReaderAsync(cancellation);
        var present = new HashSet<string>();
        while (await rows.ReadAsync(cancellation))
        {
            var topic = $"{rows.GetString(0)}/{rows.GetString(1)}";
            var key = $"{topic}@{rows.GetUtc(2)}";
            present.Add(key);
            var text =
                $"{{\"symbol\":\"{rows.GetString(0)}\",\"timeframe\":\"{rows.GetString(1)}\",\"ts_utc\":\"{rows.GetUtc(2)}\","
                + $"\"open\":{rows.GetString(3)},\"high\":{rows.GetString(4)},\"low\":{rows.GetString(5)},\"close\":{rows.GetString(6)},"
                + $"\"last_tick\":\"{rows.GetUtc(7)}\",\"ticks\":{rows.GetInt32(8)},\"revision\":{rows.GetInt64(9)}}}";
            if (_forming.GetValueOrDefault(key) != text)
            {
                _forming[key] = text;
                Tell([new StreamEvent(Subscription.Forming, key, text, topic)]);
            }
        }

        foreach (var gone in _forming.Keys.Where(key => !present.Contains(key)).ToList())
        {
            _forming.Remove(gone);
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

    bool Due(ref long last, TimeSpan every)
    {
        if (last != 0 && time.GetElapsedTime(last) < every)
        {
            return false;
        }

        last = time.GetTimestamp();
        return true;
    }

    [LoggerMessage(2202, LogLevel.Warning, "The stream's readers can't be told what is new, goes on trying: {Reason}")]
    partial void LogPollFailed(string reason);
}
