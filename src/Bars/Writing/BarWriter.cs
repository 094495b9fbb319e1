using System.Diagnostics;
using System.Threading.Channels;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bars.Writing;

/// <summary>
/// Group commit: the bars that all grains of a silo publish while one commit is under way go together into the next; where none is, a bar
/// is committed at once, by its caller, without a change of threads. Nobody is answered before the commit. What waits is bounded in
/// requests and in bars, so that a database that is slow or away slows the feed instead of filling memory: callers wait for their commit,
/// and who comes when too many bars wait already is refused at once.
/// </summary>
public sealed class BarWriter : IAsyncDisposable
{
    /// <summary>Bars in one commit at most.</summary>
    const int GroupLimit = 20_000;

    /// <summary>Requests that may wait for a commit before callers are held back.</summary>
    const int QueueLimit = 2_000;

    /// <summary>Bars that may wait for a commit before more are refused: some 20 MB.</summary>
    public const int BarLimit = 100_000;

    // Real time within which the next bar is expected where the last one was live.
    static readonly TimeSpan Live = TimeSpan.FromSeconds(90);

    readonly BarStore _store;
    readonly IInlineDerivation? _inline;
    readonly LiveBars _live;
    readonly SemaphoreSlim _turn = new(1);
    readonly Channel<Request> _queue = Channel.CreateBounded<Request>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });
    readonly Task _loop;
    readonly int _barLimit;
    long _waiting;
    long _last;

    /// <param name="store">Where to.</param>
    /// <param name="inline">Derives minutes in the commit of their last input; null: none are.</param>
    /// <param name="barLimit">Bars that may wait; a single request may be longer where none do.</param>
    public BarWriter(BarStore store, IInlineDerivation? inline = null, int barLimit = BarLimit)
    {
        _store = store;
        _inline = inline;
        _barLimit = barLimit;
        _live = store.Live();
        _loop = Task.Run(RunAsync);
    }

    /// <summary>How long ago, real time, bars were last given to be stored.</summary>
    public TimeSpan SinceLast => Volatile.Read(ref _last) is var last and not 0 ? Stopwatch.GetElapsedTime(last) : TimeSpan.MaxValue;

    /// <summary>Whether live minutes come to this process.</summary>
    public bool IsLive => SinceLast < Live;

    /// <summary>Bars that were given and are neither stored nor refused yet.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    /// <summary>Is told of each commit: how many bars it was offered, and how long it took.</summary>
    public Action<int, TimeSpan>? OnCommit { get; set; }

    /// <summary>Stores the bars with whatever else is waiting; one outcome a bar, in order of series and time.</summary>
    /// <exception cref="ArgumentException">A bar is named twice; nothing of the request is stored.</exception>
    /// <exception cref="TooManyBarsException">Too many bars wait for the database; nothing of the request is stored, and it may be made
    /// again later.</exception>
    /// <exception cref="Npgsql.NpgsqlException">The database is away, and stayed away through the retries; nothing may be taken as
    /// stored.</exception>
    public async Task<IReadOnlyList<WrittenBar>> WriteAsync(IReadOnlyCollection<Bar> bars, string source, CancellationToken cancellation)
    {
        if (bars.DistinctBy(bar => (bar.Series, bar.Time)).Count() != bars.Count)
        {
            throw new ArgumentException("A bar is named twice in one request; which of the two is meant can't be told.", nameof(bars));
        }

        Volatile.Write(ref _last, Stopwatch.GetTimestamp());
        var request = new Request(bars, source);
        Admit(request);
        if (_queue.Reader is { Count: 0, Completion.IsCompleted: false } && _turn.Wait(0, CancellationToken.None))
        {
            // It goes on when its caller has given up.
            _ = CommitAloneAsync(request);
        }
        else
        {
            await EnqueueAsync(request, cancellation);
        }

        return await request.Done.Task.WaitAsync(cancellation);
    }

    /// <summary>Takes no more, stores what is waiting, and ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _loop;
        await _turn.WaitAsync();
        await _live.DisposeAsync();
        _turn.Dispose();
    }

    void Admit(Request request)
    {
        long waiting;
        do
        {
            waiting = Interlocked.Read(ref _waiting);
            if (waiting > 0 && waiting + request.Bars.Count > _barLimit)
            {
                throw new TooManyBarsException(waiting, _barLimit);
            }
        } while (Interlocked.CompareExchange(ref _waiting, waiting + request.Bars.Count, waiting) != waiting);
    }

    async Task EnqueueAsync(Request request, CancellationToken cancellation)
    {
        try
        {
            await _queue.Writer.WriteAsync(request, cancellation);
        }
        catch
        {
            // Given up, or this writer has ended: it never came into the queue.
            Interlocked.Add(ref _waiting, -request.Bars.Count);
            throw;
        }
    }

    async Task CommitAloneAsync(Request request)
    {
        try
        {
            await CommitAsync([request]).ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    async Task RunAsync()
    {
        while (await _queue.Reader.WaitToReadAsync())
        {
            await _turn.WaitAsync();
            try
            {
                Request? held = null;
                do
                {
                    var (group, next) = Gather(held);
                    held = next;
                    await CommitAsync(group);
                } while (held is not null);
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    // What goes into one commit, the one that was held first, and the one that has to wait for the next: last come is last stored.
    (List<Request> Group, Request? Held) Gather(Request? first)
    {
        var group = new List<Request>();
        var keys = new HashSet<(Series, UtcTime)>();
        if (first is not null)
        {
            Join(group, keys, first);
        }

        while (keys.Count < GroupLimit && _queue.Reader.TryRead(out var request))
        {
            // Another source, or a bar that is in the group already.
            if (!Fits(group, keys, request))
            {
                return (group, request);
            }

            Join(group, keys, request);
        }

        return (group, null);
    }

    async Task CommitAsync(List<Request> group)
    {
        List<IReadOnlyList<WrittenBar>> answers;
        try
        {
            Bar[] bars = [.. group.SelectMany(request => request.Bars)];
            var began = Stopwatch.GetTimestamp();
            var outcomes = (await StoreAsync(bars, group[0].Source).ConfigureAwait(false)).ToDictionary(bar =>
                (bar.Bar.Series, bar.Bar.Time)
            );
            OnCommit?.Invoke(bars.Length, Stopwatch.GetElapsedTime(began));
            answers =
            [
                .. group.Select(
                    IReadOnlyList<WrittenBar> (request) =>
                        [.. request.Bars.OrderBy(bar => bar.Series).ThenBy(bar => bar.Time).Select(bar => outcomes[(bar.Series, bar.Time)])]
                ),
            ];
        }
        catch (Exception fault)
        {
            // Each caller gets the fault; none is told "stored".
            Leave(group);
            foreach (var request in group)
            {
                request.Done.SetException(fault);
            }

            return;
        }

        Leave(group);
        foreach (var (request, answer) in group.Zip(answers))
        {
            request.Done.SetResult(answer);
        }
    }

    void Leave(List<Request> group) => Interlocked.Add(ref _waiting, -group.Sum(request => request.Bars.Count));

    async Task<IReadOnlyList<WrittenBar>> StoreAsync(Bar[] bars, string source)
    {
        var inserted = LiveBars.Are(bars)
            ? await _live.InsertAsync(bars, source, _inline?.Choose(bars) ?? [], CancellationToken.None).ConfigureAwait(false)
            : [];
        _inline?.Note(inserted);
        if (inserted.Count == bars.Length)
        {
            return inserted;
        }

        var stored = inserted.Select(bar => (bar.Bar.Series, bar.Bar.Time)).ToHashSet();
        var others = await _store
            .WriteAsync([.. bars.Where(bar => !stored.Contains((bar.Series, bar.Time)))], source, false, CancellationToken.None)
            .ConfigureAwait(false);
        _inline?.Note(others);
        return [.. inserted, .. others];
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
