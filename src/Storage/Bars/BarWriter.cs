using System.Threading.Channels;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Storage.Deriving;

namespace DxyOrleans.Storage.Bars;

/// <summary>
/// Group commit: the bars that all grains of a silo publish while one commit is under way go together into the next. Nobody is answered before the commit.
/// The queue is bounded, so that a database that is slow or away slows the feed instead of filling memory.
/// </summary>
public sealed class BarWriter : IAsyncDisposable
{
    /// <summary>Bars in one commit at most.</summary>
    const int GroupLimit = 20_000;

    /// <summary>Requests that may wait for a commit before callers are held back.</summary>
    const int QueueLimit = 2_000;

    readonly BarStore _store;
    readonly RidingIndexes? _indexes;
    readonly Channel<Request> _queue = Channel.CreateBounded<Request>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });
    readonly Task _loop;

    /// <param name="store">Where to.</param>
    /// <param name="indexes">Whose minutes may ride the commit of their last component; null: none do.</param>
    public BarWriter(BarStore store, RidingIndexes? indexes = null)
    {
        _store = store;
        _indexes = indexes;
        _loop = Task.Run(RunAsync);
    }

    /// <summary>Stores the bars with whatever else is waiting; one outcome a bar, in order of series and time.</summary>
    /// <exception cref="ArgumentException">A bar is named twice; nothing of the request is stored.</exception>
    /// <exception cref="Npgsql.NpgsqlException">The database is away, and stayed away through the retries; nothing may be taken as stored.</exception>
    public async Task<IReadOnlyList<WrittenBar>> WriteAsync(IReadOnlyCollection<Bar> bars, string source, CancellationToken cancellation)
    {
        if (bars.DistinctBy(bar => (bar.Series, bar.Time)).Count() != bars.Count)
        {
            throw new ArgumentException("A bar is named twice in one request; which of the two is meant can't be told.", nameof(bars));
        }

        var request = new Request(bars, source);
        await _queue.Writer.WriteAsync(request, cancellation);
        return await request.Done.Task.WaitAsync(cancellation);
    }

    /// <summary>Takes no more, stores what is waiting, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
    }

    async Task RunAsync()
    {
        Request? held = null;
        while (held is not null || await _queue.Reader.WaitToReadAsync())
        {
            var group = new List<Request>();
            var keys = new HashSet<(Series, UtcTime)>();
            if (held is not null)
            {
                Join(group, keys, held);
                held = null;
            }

            while (held is null && keys.Count < GroupLimit && _queue.Reader.TryRead(out var request))
            {
                // A bar that is in the group already waits for the next commit: last come is last stored.
                held = Fits(group, keys, request) ? null : request;
                if (held is null)
                {
                    Join(group, keys, request);
                }
            }

            if (group.Count > 0)
            {
                await CommitAsync(group);
            }
        }
    }

    async Task CommitAsync(List<Request> group)
    {
        try
        {
            Bar[] bars = [.. group.SelectMany(request => request.Bars)];
            var written = await _store.WriteAsync(bars, group[0].Source, false, _indexes?.Choose(bars) ?? [], CancellationToken.None);
            _indexes?.Note(written);
            var outcomes = written.ToDictionary(bar => (bar.Bar.Series, bar.Bar.Time));
            foreach (var request in group)
            {
                request.Done.SetResult([.. request.Bars.OrderBy(bar => bar.Series).ThenBy(bar => bar.Time).Select(bar => outcomes[(bar.Series, bar.Time)])]);
            }
        }
        catch (Exception fault)
        {
            // Each caller gets the fault; none is told "stored".
            foreach (var request in group)
            {
                request.Done.TrySetException(fault);
            }
        }
    }

    static bool Fits(List<Request> group, HashSet<(Series, UtcTime)> keys, Request request) =>
        (group.Count == 0 || group[0].Source == request.Source) && !request.Bars.Any(bar => keys.Contains((bar.Series, bar.Time)));

    static void Join(List<Request> group, HashSet<(Series, UtcTime)> keys, Request request)
    {
        group.Add(request);
        foreach (var bar in request.Bars)
        {
            keys.Add((bar.Series, bar.Time));
        }
    }

    sealed record Request(IReadOnlyCollection<Bar> Bars, string Source)
    {
        public TaskCompletionSource<IReadOnlyList<WrittenBar>> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
