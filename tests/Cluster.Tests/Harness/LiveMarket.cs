using System.Collections.Concurrent;
using System.Diagnostics;
using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Npgsql;
using Orleans.Runtime;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>
/// A market whose minutes come at a <see cref="MarketPace"/>: the six pairs' bars are published by calls to their grains, a call that
/// failed is made again until it is answered, and each new minute of the index is noticed in the tables as it appears.
/// </summary>
public sealed class LiveMarket : IAsyncDisposable
{
    /// <summary>The newest minute of the index, whichever table it lives in.</summary>
    const string NewestMinute = """
        SELECT greatest((SELECT max(ts_utc) FROM data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'),
                        (SELECT max(ts_utc) FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'
                          AND deleted_at IS NULL))
        """;

    static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan TryAgain = TimeSpan.FromMilliseconds(100);

    readonly GrainClient _client;
    readonly MarketPace _pace;
    readonly int _seed;
    readonly string _connectionString;
    readonly CancellationTokenSource _closing = new();
    readonly CancellationTokenSource _ending = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    readonly ConcurrentQueue<Bar> _acknowledged = new();
    readonly ConcurrentQueue<TimeSpan> _failed = new();
    readonly List<long> _seen = [];
    readonly List<(long From, long To)> _pauses = [];
    readonly Task _publishing;
    readonly Task _watching;
    UtcTime _newest;
    int _calls;
    int _minutes;
    int _answered;
    volatile bool _paused;

    LiveMarket(GrainClient client, string connectionString, MarketPace pace)
    {
        (_client, _connectionString, _pace, _newest) = (client, connectionString, pace, pace.First);
        _seed = Seed.Of("market");
        _publishing = Task.Run(PublishAllAsync);
        _watching = Task.Run(WatchAsync);
    }

    public IGrainFactory Grains => _client.Grains;

    /// <summary>The silo port of the silo that has the index.</summary>
    public Task<int?> IndexPortAsync() => PortOfAsync(_client.Grains.GetGrain<IIndexGrain>("DXY"));

    /// <summary>The silo port of the silo that a grain lives on; null while it lives nowhere.</summary>
    public Task<int?> PortOfAsync(IAddressable grain) => _client.PortOfAsync(grain);

    /// <summary>Bars whose storing was answered.</summary>
    public IReadOnlyCollection<Bar> Acknowledged => _acknowledged;

    /// <summary>Calls made.</summary>
    public int Calls => _calls;

    /// <summary>How long each call that failed had taken.</summary>
    public IReadOnlyCollection<TimeSpan> Failed => _failed;

    /// <summary>The minutes published so far; the last may be on its way.</summary>
    public TimeRange Published => new(_pace.First, Minute(Volatile.Read(ref _minutes)));

    public static async Task<LiveMarket> OpenAsync(SiloCluster cluster, MarketPace? pace = null) =>
        new(await cluster.ConnectAsync(), cluster.ConnectionString, pace ?? MarketPace.FourMinutesASecond());

    /// <summary>Waits until some minutes that are published from now on are derived.</summary>
    public async Task<TimeSpan> FlowsAsync(TimeSpan deadline)
    {
        var target = Minute(Volatile.Read(ref _minutes) + _pace.Some);
        return await Until.NothingIsMissingAsync(
            "minutes of the index that were published later are derived",
            () => Task.FromResult(Newest() > target ? null : $"the newest is {Newest()}, not {target}"),
            deadline
        );
    }

    /// <summary>The longest real time between two minutes of the index that appeared, since an instant of
    /// <see cref="Stopwatch"/>.</summary>
    public TimeSpan MaxSilence(long since)
    {
        lock (_seen)
        {
            var times = _seen.Where(seen => seen >= since).Prepend(since).ToList();
            return times
                .Zip(times.Skip(1))
                .Where(pair => !_pauses.Any(pause => pause.From < pair.Second && pair.First < pause.To))
                .Select(pair => Stopwatch.GetElapsedTime(pair.First, pair.Second))
                .DefaultIfEmpty()
                .Max();
        }
    }

    /// <summary>Publishes nothing until <see cref="Resume"/>, and waits until each bar is answered for and the index has the last minute.
    /// What was silent then doesn't count.</summary>
    public async Task PauseAsync(TimeSpan deadline)
    {
        lock (_seen)
        {
            _pauses.Add((Stopwatch.GetTimestamp(), long.MaxValue));
        }

        _paused = true;
        await Until.NothingIsMissingAsync(
            "each bar is answered for",
            () =>
                Task.FromResult(
                    Volatile.Read(ref _answered) is var answered && answered == Volatile.Read(ref _minutes)
                        ? null
                        : $"{answered} of {_minutes} minutes are"
                ),
            deadline
        );
        await LastMinuteAsync(deadline);
    }

    /// <summary>Publishes what came meanwhile, and goes on.</summary>
    public void Resume()
    {
        lock (_seen)
        {
            _pauses[^1] = _pauses[^1] with { To = Stopwatch.GetTimestamp() };
            _seen.Add(Stopwatch.GetTimestamp());
        }

        _paused = false;
    }

    /// <summary>Publishes no more minutes, and waits until each bar is answered for and the index has the last minute.</summary>
    public async Task CloseAsync(TimeSpan deadline)
    {
        await _closing.CancelAsync();
        await _publishing.WaitAsync(deadline, TimeProvider.System);
        await LastMinuteAsync(deadline);
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _ending.CancelAsync();
        await Task.WhenAll(_publishing, _watching)
            .ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await _client.DisposeAsync();
        _closing.Dispose();
        _ending.Dispose();
    }

    UtcTime Minute(int minute) => _pace.First + TimeSpan.FromMinutes(minute);

    async Task LastMinuteAsync(TimeSpan deadline)
    {
        var last = Minute(_minutes - 1);
        await Until.NothingIsMissingAsync(
            "the last minute of the index",
            () => Task.FromResult(Newest() == last ? null : $"the newest is {Newest()}, not {last}"),
            deadline
        );
    }

    UtcTime Newest()
    {
        lock (_seen)
        {
            return _newest;
        }
    }

    async Task PublishAllAsync()
    {
        var minutes = new List<Task>();
        using var timer = new PeriodicTimer(_pace.Beat / 10, TimeProvider.System);
        try
        {
            while (await timer.WaitForNextTickAsync(_closing.Token))
            {
                while (!_paused && _minutes < _pace.Over)
                {
                    minutes.Add(PublishMinuteAsync(Interlocked.Increment(ref _minutes) - 1));
                }

                minutes.RemoveAll(minute => minute.IsCompletedSuccessfully);
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // No more minutes; those that were published are seen through.
        }

        await Task.WhenAll(minutes);
    }

    async Task PublishMinuteAsync(int minute)
    {
        await Task.WhenAll(HostDatabase.Pairs.Select((_, pair) => PublishAsync(BarOf(pair, minute))));
        Interlocked.Increment(ref _answered);
    }

    async Task PublishAsync(Bar bar)
    {
        while (true)
        {
            var start = Stopwatch.GetTimestamp();
            Interlocked.Increment(ref _calls);
            try
            {
                var result = await _client
                    .Grains.GetGrain<IBarGrain>(bar.Series.ToString())
                    .PublishAsync(new PublishBars([bar], BarSource.Ingest), _ending.Token);
                if (result.Refused.IsEmpty)
                {
                    _acknowledged.Enqueue(bar);
                    return;
                }

                _failed.Enqueue(Stopwatch.GetElapsedTime(start));
            }
            catch (Exception fault) when (fault is not OperationCanceledException || !_ending.IsCancellationRequested)
            {
                // Whatever a silo or the way to it answers: an importer makes the call again.
                _failed.Enqueue(Stopwatch.GetElapsedTime(start));
            }

            await Task.Delay(TryAgain, TimeProvider.System, _ending.Token);
        }
    }

    // One connection, so that the judge needs no place in a pool that is being starved.
    async Task WatchAsync()
    {
        var settings = new NpgsqlConnectionStringBuilder(_connectionString)
        {
            Pooling = false,
            CommandTimeout = 2,
            Timeout = 2,
            ApplicationName = "watch",
        };
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                await using var connection = new NpgsqlConnection(settings.ConnectionString);
                await connection.OpenAsync(_ending.Token);
                await using var command = new NpgsqlCommand(NewestMinute, connection);
                while (!_ending.IsCancellationRequested)
                {
                    if (await command.ExecuteScalarAsync(_ending.Token) is DateTime newest)
                    {
                        Note(UtcTime.From(newest));
                    }

                    await Task.Delay(Look, TimeProvider.System, _ending.Token);
                }
            }
            catch (Exception fault)
                when (fault is NpgsqlException or TimeoutException or OperationCanceledException && !_ending.IsCancellationRequested)
            {
                await Task.Delay(Look, TimeProvider.System, _ending.Token);
            }
        }
    }

    void Note(UtcTime newest)
    {
        lock (_seen)
        {
            if (newest > _newest)
            {
                _newest = newest;
                _seen.Add(Stopwatch.GetTimestamp());
            }
        }
    }

    Bar BarOf(int pair, int minute)
    {
        decimal[] prices = [1.0843m, 150.12m, 1.2654m, 1.3561m, 10.3712m, 0.8843m];
        var random = new Random(HashOf(_seed, pair, minute));
        var close = prices[pair] * (1 + (0.00013m * random.Next(-8, 9)));
        return Bar.Create(
            new Series(Symbol.Parse(HostDatabase.Pairs[pair]), Timeframe.OneMinute),
            Minute(minute),
            close,
            close * 1.0002m,
            close * 0.9998m,
            close,
            10 + random.Next(7),
            close,
            3 + random.Next(5)
        );
    }

    // A minute's values are the same whenever it is published; HashCode differs from process to process.
    static int HashOf(int seed, int pair, int minute) => unchecked((((seed * 31) + pair) * 1_000_003) + minute);
}
