using System.Diagnostics;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Due;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Schema;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Slices;

/// <summary>
/// The one way derived rows are written, whoever asks (grain, console, sweep): in one transaction, under READ COMMITTED, lock a week of the
/// target, then take the due rows in it, then read the inputs in a later statement, write what differs, delete exactly the due rows taken.
/// Two derivers of one week at the same instant, or one killed at any point, leave what the newest inputs give; different weeks are derived
/// at once.
/// </summary>
/// <param name="database">Where.</param>
/// <param name="rule">The target and how its bars come about.</param>
/// <param name="interrupt">Called at each named step, inside the transaction; tests pause or fail there.</param>
public sealed class Deriver(NpgsqlDataSource database, ITargetRule rule, Func<DeriveStep, CancellationToken, Task>? interrupt = null)
{
    const int Collisions = 5;

    /// <summary>From this length on a window is derived in columns; below it they save nothing over single bars.</summary>
    public static TimeSpan LongWork { get; } = TimeSpan.FromMinutes(500);

    TimeSpan _longest = rule.MaxSlice;

    public ITargetRule Rule => rule;

    /// <summary>Tells whether live minutes come to this process: slices are shorter then. Null: none do.</summary>
    public Func<bool>? YieldsToLive { get; init; }

    /// <summary>Works off one slice of what is due and ripe; <see cref="SliceOutcome.Idle"/> when nothing is.</summary>
    /// <exception cref="StaleDefinitionException">The registry's row changed since the rule was made.</exception>
    /// <exception cref="PostgresException">The transaction failed for a reason that a retry may mend, or the database is away.</exception>
    public async Task<SliceOutcome> ProcessSliceAsync(CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var collisions = 0;
        while (true)
        {
            DueSlice? slice = null;
            try
            {
                await ChangeExpansion.ExpandAsync(connection, cancellation);
                await using var transaction = await connection.BeginTransactionAsync(cancellation);
                var (isRipe, due, route) = await TakeAsync(connection, cancellation);
                if (!isRipe)
                {
                    return SliceOutcome.Idle;
                }

                slice = due.Choose(rule, Rounded(due));
                if (slice is null)
                {
                    // The week had to be waited for, and whoever held it has done the work; there may be more in others.
                    continue;
                }

                if (slice.Version is { } asked && DerivingRules.Find(asked) is null)
                {
                    await transaction.RollbackAsync(cancellation);
                    return await ParkAsync(
                        connection,
                        slice,
                        $"deriving version {asked} was asked for, and this build has {DerivingRules.Numbers}: install the build that "
                            + $"has it",
                        cancellation
                    );
                }

                var start = Stopwatch.GetTimestamp();
                await At(DeriveStep.Taken, cancellation);
                var outcome = await DeriveAsync(connection, slice, route, due.Now, cancellation);
                await At(DeriveStep.Written, cancellation);
                await transaction.CommitAsync(cancellation);
                await At(DeriveStep.Committed, cancellation);
                _longest = SliceLength.Next(
                    _longest,
                    slice.Window.Length,
                    Stopwatch.GetElapsedTime(start),
                    YieldsToLive?.Invoke() ?? false,
                    rule
                );
                return outcome;
            }
            catch (Exception taken) when (IsCollision(taken) && ++collisions < Collisions)
            {
                // A writer beside us, who takes no lock of ours, stored or changed one of the bars since we looked; the next try merges.
            }
            catch (PostgresException fault) when (slice is not null && fault.IsAboutTables())
            {
                // Every bar would fail alike: none is looked for, and what was due says why it waits.
                var reason = await TableFitness.ExplainAsync(database, cancellation) ?? fault.Message;
                await connection.CloseAsync();
                TableFitness.Forget(database);
                await connection.OpenAsync(cancellation);
                return await ParkAsync(connection, slice, reason, cancellation);
            }
            catch (Exception fault) when (slice is not null && IsAboutData(fault))
            {
                if (slice.Window.Length > rule.Series.Timeframe.Length)
                {
                    _longest = SliceLength.Halved(slice.Window.Length, rule);
                    continue;
                }

                return await ParkAsync(connection, slice, fault.Message, cancellation);
            }
        }
    }

    /// <summary>Works off everything that is due and ripe.</summary>
    /// <param name="progress">Told of each slice.</param>
    /// <param name="cancellation">Stops between slices; what is left stays due.</param>
    public async Task DrainAsync(Action<SliceOutcome>? progress, CancellationToken cancellation)
    {
        while (true)
        {
            var outcome = await ProcessSliceAsync(cancellation);
            if (outcome.Window is null)
            {
                return;
            }

            progress?.Invoke(outcome);
        }
    }

    // A long slice ends where a bucket of the next larger rollup does, so that the slice after it can take that one along too.
    TimeSpan Rounded(ClaimedWork due) =>
        rule.Coarser.Count > 0 && _longest >= LongWork && due.Due.Count > 0 && due.Due[0].Range.From is var from
            ? (from + _longest).Ceiling(rule.Coarser[0].Series.Timeframe) - from
            : _longest;

    async Task<SliceOutcome> DeriveAsync(
        NpgsqlConnection connection,
        DueSlice slice,
        Route route,
        UtcTime now,
        CancellationToken cancellation
    )
    {
        if (slice.Gone)
        {
            return await RenewAsync(connection, slice, route, now, cancellation);
        }

        if (
            slice.Window.Length >= LongWork
            && await DeriveBlocksAsync(connection, new TargetSlice(rule, slice), route, now, cancellation) is { } outcome
        )
        {
            return outcome;
        }

        var derived = await rule.DeriveAsync(connection, slice.Window, slice.Rule, route, cancellation);
        await At(DeriveStep.Read, cancellation);
        return await Writer(rule).WriteAsync(connection, slice, derived, route, now, cancellation);
    }

    // A minute has gone by since inputs were deleted. What is older than the correction window was kept no longer, and stands for what it
    // was.
    async Task<SliceOutcome> RenewAsync(
        NpgsqlConnection connection,
        DueSlice slice,
        Route route,
        UtcTime now,
        CancellationToken cancellation
    )
    {
        var within = slice.Window.Intersect(
            new TimeRange((now - rule.CorrectionWindow).Floor(rule.Series.Timeframe), UtcTime.Max(now, slice.Window.To))
        );
        var gone = within.IsEmpty ? [] : await DeniedBars.GoneAsync(connection, rule, within, cancellation);
        var derived = gone.Count == 0 ? new Derived([], []) : await rule.DeriveAsync(connection, within, slice.Rule, route, cancellation);
        await At(DeriveStep.Read, cancellation);
        return await Writer(rule).RenewAsync(connection, slice, derived, gone, route, cancellation);
    }

    async Task<SliceOutcome?> DeriveBlocksAsync(
        NpgsqlConnection connection,
        TargetSlice taken,
        Route route,
        UtcTime now,
        CancellationToken cancellation
    )
    {
        var work = (IReadOnlyList<TargetSlice>)[taken, .. await CoarserRollups.TakeAsync(connection, taken, cancellation)];
        if (await rule.DeriveBlocksAsync(connection, work, route, cancellation) is not { } blocks)
        {
            return null;
        }

        await At(DeriveStep.Read, cancellation);
        var outcomes = new List<SliceOutcome>();
        foreach (var (part, block) in work.Zip(blocks))
        {
            outcomes.Add(await Writer(part.Rule).WriteAsync(connection, part.Slice, block, route, now, cancellation));
        }

        return outcomes[0] with
        {
            Coarser = [.. work.Zip(outcomes, (part, outcome) => (part.Rule.Series, outcome)).Skip(1)],
        };
    }

    SliceWriter Writer(ITargetRule of) => new(of, token => At(DeriveStep.FirstWritten, token));

    async Task<(bool IsRipe, ClaimedWork Due, Route Route)> TakeAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("keep_plans");
        batch.Add("no_scans");
        batch.Add("no_jit");
        batch.Add("begin_target").AddSeries(rule.Series).With(rule.Ripeness).With(_longest);
        batch.Add("hold_route").With(rule.Series.Symbol.Name);
        batch.Add("read_route").With(rule.Series.Symbol.Name);
        batch.Add("read_metadata").With(rule.Series.Symbol.Name);
        ClaimedWork.AddTo(batch, rule);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        var isRipe = reader.GetBoolean(0);
        await reader.NextResultAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        var route = await Route.ReadAsync(reader, cancellation);
        await reader.NextResultAsync(cancellation);
        await reader.ReadAsync(cancellation);
        if (rule.Metadata is { } expected && (reader.IsDBNull(0) || reader.GetString(0) != expected))
        {
            throw new StaleDefinitionException(rule.Series);
        }

        await reader.NextResultAsync(cancellation);
        return (isRipe, await ClaimedWork.ReadAsync(reader, cancellation), route);
    }

    async Task<SliceOutcome> ParkAsync(NpgsqlConnection connection, DueSlice slice, string error, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("lock_week").AddSeries(rule.Series).With(slice.Window.From.ToDateTime());
        batch.Add("clear_due").With(slice.Settled.ToArray()).With(slice.Continued.ToArray()).With(slice.Window.To.ToDateTime());
        ParkedWork.AddTo(batch, rule.Series, slice, [new Parked(slice.Window, error)]);
        await batch.ExecuteNonQueryAsync(cancellation);
        return new SliceOutcome
        {
            Window = slice.Window,
            Parked = 1,
            Reason = error,
        };
    }

    Task At(DeriveStep step, CancellationToken cancellation) => interrupt?.Invoke(step, cancellation) ?? Task.CompletedTask;

    static bool IsCollision(Exception fault) =>
        fault is CollisionException or PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };

    // What the server or the rules refuse, and a collision that no new try resolves; anything else is about the server, not the rows.
    static bool IsAboutData(Exception fault) =>
        fault switch
        {
            PostgresException postgres => postgres.IsAboutData(),
            CollisionException or ArgumentException or OverflowException or InvalidCastException or Core.Bars.InvalidBarException => true,
            _ => false,
        };
}
