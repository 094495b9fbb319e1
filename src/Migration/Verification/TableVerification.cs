using System.Collections.Immutable;
using System.Diagnostics;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using Npgsql;

namespace DxyOrleans.Migration.Verification;

/// <summary>
/// Verifications of a migrated symbol: the winners of the old table against the new one, over business columns. They write nothing but
/// their own rows, a portion a transaction, so that one that was killed goes on where it was, whoever calls.
/// </summary>
public sealed class TableVerification(NpgsqlDataSource database)
{
    // A portion is committed when it took this long; a slice is one snapshot, its length kept so that it takes no longer.
    static readonly TimeSpan Portion = TimeSpan.FromMilliseconds(400);
    static readonly TimeSpan ShortSlice = TimeSpan.FromMilliseconds(100);
    static readonly TimeSpan LongSlice = TimeSpan.FromMilliseconds(600);

    const int MaxSlice = 3650;

    readonly VerificationStore _store = new(database);

    /// <summary>Days of the first slice; later ones follow what it took. Tests make it short.</summary>
    public int FirstDays { get; init; } = 60;

    /// <summary>The portion ends after this many slices, whatever they took. Tests make it one.</summary>
    public int SlicesAtMost { get; init; } = int.MaxValue;

    /// <summary>Begins one; nothing is compared yet.</summary>
    /// <param name="run">The run it is for: its kept conflicts explain differences. Null for none.</param>
    /// <param name="symbol">Whose 1m bars.</param>
    /// <param name="scope">What to compare.</param>
    /// <param name="range">Bars, by their open; null: all up to the newest one there is, none of the future.</param>
    /// <param name="cancellation">Ends the statements.</param>
    public async Task<long> StartAsync(
        string? run,
        Symbol symbol,
        VerificationScope scope,
        TimeRange? range,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var (id, whole) = await VerificationStore.StartAsync(connection, run, symbol, scope, range, cancellation);
        var (left, note, state) = (ImmutableArray.Create(whole), (string?)null, VerificationState.Running);
        if (scope == VerificationScope.SinceLast)
        {
            (left, note, state) = await VerificationStore.SinceLastAsync(connection, id, whole, cancellation);
        }

        var checkpoint = new VerificationCheckpoint
        {
            Days = FirstDays,
            Note = note,
            Left = [.. left.Where(one => !one.IsEmpty).Select(one => new[] { one.From.Ticks, one.To.Ticks })],
        };
        await VerificationStore.BeginAsync(connection, id, checkpoint, state, cancellation);
        await transaction.CommitAsync(cancellation);
        return id;
    }

    /// <summary>
    /// Compares the next portion, some tenths of a second of it, and stores what came of it together with how far it is. One that has
    /// finished is returned as it is.
    /// </summary>
    /// <exception cref="ArgumentException">There is no such verification.</exception>
    public async Task<VerificationResult> AdvanceAsync(long id, CancellationToken cancellation)
    {
        var (before, json) = await _store.ReadAsync(id, cancellation)
            ?? throw new ArgumentException($"There is no verification {id}.", nameof(id));
        if (before.State != VerificationState.Running)
        {
            return before;
        }

        var checkpoint = VerificationCheckpoint.Parse(json);
        var tally = new VerificationTally(before);
        var left = new Queue<TimeRange>(checkpoint.Left.Select(VerificationStore.Range));
        var days = checkpoint.Days;
        string? refused = null;
        var started = Stopwatch.GetTimestamp();
        Func<TimeRange, Task<UtcTime>> compare;
        TableComparison? tables = null;
        if (before.Scope == VerificationScope.Parity)
        {
            var parity = await ParityComparison.OpenAsync(database, before.Symbol, before.Run, cancellation);
            refused = parity is null ? $"the registry has no index {before.Symbol} to recompute" : null;
            (days, compare) = (2, slice => parity!.AddAsync(slice, tally, cancellation));
        }
        else
        {
            tables = new TableComparison(database, before.Symbol, before.Run) { IsAlone = checkpoint.IsAlone };
            compare = slice => tables.AddAsync(slice, tally, cancellation);
        }

        for (
            var slices = 0;
            refused is null && left.Count > 0 && slices < SlicesAtMost && Stopwatch.GetElapsedTime(started) < Portion;
            slices++
        )
        {
            var range = left.Dequeue();
            if (await _store.NextBarAsync(before.Symbol, range, cancellation) is not { } next)
            {
                continue;
            }

            // Slices end with a UTC day, so that no day is split.
            var slice = new TimeRange(next, UtcTime.Min(range.To, next.Floor(Timeframe.OneDay) + TimeSpan.FromDays(days)));
            var from = Stopwatch.GetTimestamp();
            var reached = await compare(slice);
            left = new Queue<TimeRange>(left.Prepend(new TimeRange(reached, range.To)).Where(one => !one.IsEmpty));
            var took = Stopwatch.GetElapsedTime(from);
            days =
                before.Scope == VerificationScope.Parity ? days
                : took < ShortSlice ? Math.Min(days * 4, MaxSlice)
                : took > LongSlice ? Math.Max(days / 2, 1)
                : days;
        }

        var state =
            left.Count > 0 && refused is null ? VerificationState.Running
            : tally.HasDifferences ? VerificationState.Different
            : refused is null && (tally.Compared > 0 || before.Scope == VerificationScope.SinceLast) ? VerificationState.Equal
            : VerificationState.NotCompared;
        var note = refused ?? (state == VerificationState.NotCompared ? "nothing is stored in the range" : checkpoint.Note);
        var after = checkpoint with
        {
            Left = [.. left.Select(one => new[] { one.From.Ticks, one.To.Ticks })],
            Days = days,
            Note = note,
            Recomputation = tally.Recomputation,
            IsAlone = tables?.IsAlone ?? false,
        };
        await _store.SaveAsync(id, json, after, state, tally, cancellation);

        // Whoever was faster has stored his portion: it is his that stands.
        return (await _store.ReadAsync(id, cancellation))!.Value.Verification;
    }

    /// <summary>A verification as it stands; null when there is none of that number.</summary>
    public async Task<VerificationResult?> FindAsync(long id, CancellationToken cancellation) =>
        (await _store.ReadAsync(id, cancellation))?.Verification;

    /// <summary>The newest one of a run (or of none) that came to an end; null when there is none.</summary>
    public Task<VerificationResult?> NewestAsync(string? run, VerificationScope scope, CancellationToken cancellation) =>
        _store.NewestAsync(run, scope, running: false, cancellation);

    /// <summary>The newest one of a run (or of none) that is under way, to be gone on with; null when there is none.</summary>
    public Task<VerificationResult?> UnderWayAsync(string? run, VerificationScope scope, CancellationToken cancellation) =>
        _store.NewestAsync(run, scope, running: true, cancellation);

    /// <summary>
    /// Whether nobody touched the bars of its range, in either table, since its snapshot. False as well where that can't be known, because
    /// the symbol wasn't watched then.
    /// </summary>
    public Task<bool> IsFreshAsync(VerificationResult verification, CancellationToken cancellation) =>
        database.Migration("verification/is_fresh", verification.Id).ValueAsync<bool>(cancellation);
}
