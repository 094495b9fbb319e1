using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using Orleans.Runtime;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>An importer as the console is one: chunks of bars to the six bar grains side by side, a chunk that wasn't answered sent
/// again.</summary>
public sealed class Import : IAsyncDisposable
{
    const int Chunk = 1000;
    static readonly TimeSpan TryAgain = TimeSpan.FromMilliseconds(200);

    readonly SiloCluster _cluster;
    readonly CancellationTokenSource _stopping = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
    readonly TaskCompletionSource _half = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly int _chunks;
    readonly SemaphoreSlim _gate = new(1);
    GrainClient? _client;
    int _stored;

    public Import(SiloCluster cluster, IReadOnlyDictionary<string, List<Bar>> bars)
    {
        _cluster = cluster;
        _chunks = bars.Values.Sum(pair => pair.Chunk(Chunk).Count());
        Done = Task.WhenAll(bars.Select(pair => Task.Run(() => SendAsync(pair.Key, pair.Value))));
    }

    /// <summary>Ends when half of the chunks are stored.</summary>
    public Task HalfDone => _half.Task;

    /// <summary>Ends when all are.</summary>
    public Task Done { get; }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Done.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await LeaveAsync(_client);
        _stopping.Dispose();
        _gate.Dispose();
    }

    async Task SendAsync(string pair, List<Bar> bars)
    {
        foreach (var chunk in bars.Chunk(Chunk))
        {
            for (var stored = false; !stored; )
            {
                GrainClient? client = null;
                try
                {
                    client = await ConnectAsync();
                    var result = await client
                        .Grains.GetGrain<IBarGrain>($"{pair}/1m")
                        .PublishAsync(new PublishBars([.. chunk], BarSource.Ingest), _stopping.Token);
                    Assert.Empty(result.Refused);
                    stored = true;
                }
                catch (Exception fault)
                    when (fault is OrleansException or TimeoutException or IOException && !_stopping.IsCancellationRequested)
                {
                    await LeaveAsync(client);
                    await Task.Delay(TryAgain, TimeProvider.System, _stopping.Token);
                }
            }

            if (Interlocked.Increment(ref _stored) * 2 >= _chunks)
            {
                _half.TrySetResult();
            }
        }
    }

    // One client for all; when the silo is gone, the first who notices leaves it, and the next makes another.
    async Task<GrainClient> ConnectAsync()
    {
        await _gate.WaitAsync(_stopping.Token);
        try
        {
            return _client ??= await _cluster.ConnectAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    async Task LeaveAsync(GrainClient? left)
    {
        await _gate.WaitAsync(CancellationToken.None);
        try
        {
            if (left is not null && left == _client)
            {
                _client = null;
                await left.DisposeAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }
}
