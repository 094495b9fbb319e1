using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using Npgsql;

namespace DxyOrleans.Migration.Steps.Copy;

/// <summary>
/// Copies the old table's winners that the new one lacks, a batch a transaction, by key order. What is there already isn't rewritten;
/// whatever is written to both tables meanwhile stands, whoever was first. A copy does no harm twice, and a second round also removes what
/// was copied and is gone from the old table since. Undoing brings the new table back to what it held.
/// </summary>
sealed class BarsStep() : MigrationStep("copy/bars", MigrationPhase.Copy)
{
    /// <summary>How far the copy is.</summary>
    internal sealed record Place
    {
        /// <summary>Which copy it is, from 1.</summary>
        public int Round { get; init; } = 1;

        public DateTime? Next { get; init; }

        public DateTime? To { get; init; }

        public int BatchRows { get; init; } = BatchSizer.First;

        public WalMark? Wal { get; init; }

        public long Copied { get; init; }

        public long Replaced { get; init; }

        public long Removed { get; init; }
    }

    public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation)
    {
        var (minutes, missing) = (
            await context
                .Database.Migration("copy/plan_bars", context.Run.Symbol.Name)
                .RowsAsync(reader => (reader.GetInt64(0), reader.GetInt64(1)), cancellation)
        )[0];
        return
        [
            $"copy {missing} bars to data_bars, in batches of about {context.Run.Settings.BatchMs} ms; {minutes - missing} of {minutes} "
                + $"are there",
        ];
    }

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var progress = context.Progress(this);
        var place = StepCheckpoint.Read<Place>(progress);
        var look = await Throttle.CheckAsync(context, place.Wal, cancellation);
        if (look.Held is { } held)
        {
            return held;
        }

        if (place.To is null)
        {
            return await BeginAsync(context, progress, place, cancellation);
        }

        try
        {
            return await CopyAsync(context, progress, place with { Wal = look.Mark }, look.IsLive, cancellation);
        }
        catch (PostgresException refused) when (refused.IsAboutData())
        {
            throw new InvalidOperationException(
                $"A bar of derived_data_bars from {place.Next:u} on can't stand in data_bars: {refused.MessageText} {refused.Detail} "
                    + $"Mend or soft-delete it there, then 'migrate retry'.",
                refused
            );
        }
    }

    public override Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation) =>
        NewTableRestore.AdvanceAsync(context, this, cancellation);

    static async Task<StepOutcome> BeginAsync(RunContext context, RunStep progress, Place place, CancellationToken cancellation)
    {
        await using var transaction = await context.BeginAsync(cancellation);
        var range = (
            await transaction
                .Connection.Migration("copy/source_range", context.Run.Symbol.Name)
                .RowsAsync(reader => reader.IsDBNull(0) ? (DateTime[]?)null : [reader.GetDateTime(0), reader.GetDateTime(1)], cancellation)
        )[0];
        if (range is null)
        {
            return new StepOutcome.Done([], """{"copied": 0}""");
        }

        await transaction.HoldRouteForCopyAsync(cancellation);
        await transaction.Connection.Migration("copy/remove_alone", context.Run.Symbol.Name, context.Run.Name).RunAsync(cancellation);
        var total = context.Steps.GetValueOrDefault(ConflictsStep.Title)?.Done;
        await transaction.StepAsync(
            progress with
            {
                Checkpoint = StepCheckpoint.Write(place with { Next = range[0], To = range[1] }),
                Done = 0,
                Total = total,
            },
            cancellation
        );
        await transaction.CommitAsync(cancellation);
        return new StepOutcome.More();
    }

    async Task<StepOutcome> CopyAsync(RunContext context, RunStep progress, Place place, bool live, CancellationToken cancellation)
    {
        var run = context.Run;
        var began = context.RealTime.GetTimestamp();
        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.HoldRouteForCopyAsync(cancellation);
        var left = new TimeRange(UtcTime.From(place.Next!.Value), UtcTime.From(place.To!.Value));
        if (
            left.IsEmpty
            || await CopyPortion.NextAsync(transaction, left, Math.Min(place.BatchRows, run.Settings.BatchRows), cancellation)
                is not { } portion
        )
        {
            return new StepOutcome.Done(
                [],
                $$"""{"copied": {{place.Copied}}, "replaced": {{place.Replaced}}, "removed": {{place.Removed}}}"""
            );
        }

        await context.At(this, "begun", cancellation);
        var (from, to) = (portion.Range.From.ToDateTime(), portion.Range.To.ToDateTime());
        long copied = await InsertAsync(transaction, portion, cancellation);
        long replaced = portion.TakesSource
            ? await transaction.Connection.Migration("copy/take_source", run.Symbol.Name, from, to, run.Name).RunAsync(cancellation)
            : 0;
        long removed =
            place.Round > 1
                ? await transaction.Connection.Migration("copy/remove_gone", run.Symbol.Name, from, to, run.Name).RunAsync(cancellation)
                : 0;
        var took = context.RealTime.GetElapsedTime(began);
        if (copied + replaced + removed > 0)
        {
            await transaction.BatchAsync(Name, "data_bars", portion.Range, copied + replaced + removed, null, took, cancellation);
        }

        var next = place with
        {
            Next = to,
            BatchRows = BatchSizer.Next(run.Settings, portion.Rows, took, live),
            Copied = place.Copied + copied,
            Replaced = place.Replaced + replaced,
            Removed = place.Removed + removed,
        };
        await transaction.StepAsync(
            progress with
            {
                Checkpoint = StepCheckpoint.Write(next),
                Done = progress.Done + portion.Minutes,
            },
            cancellation
        );
        await context.At(this, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return new StepOutcome.More();
    }

    // Where the new table holds nothing yet, rows go in without the second look and the marks that ON CONFLICT costs each of them. Should
    // somebody write one of these bars meanwhile, the statement is taken back and done again with it: his bar stands.
    static async Task<long> InsertAsync(RunTransaction transaction, CopyPortion portion, CancellationToken cancellation)
    {
        var insert = MigrationSql.Template("copy/insert_bars");
        var (from, to, run) = (portion.Range.From.ToDateTime(), portion.Range.To.ToDateTime(), transaction.Run);
        if (portion.IsNew)
        {
            await transaction.Connection.Text("SAVEPOINT bars").RunAsync(cancellation);
            try
            {
                return await transaction
                    .Connection.Text(insert, run.Symbol.Name, from, to, portion.IsPlain, run.Name, true)
                    .RunAsync(cancellation);
            }
            catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation)
            {
                await transaction.Connection.Text("ROLLBACK TO SAVEPOINT bars").RunAsync(cancellation);
            }
        }

        return await transaction
            .Connection.Text($"{insert}\nON CONFLICT DO NOTHING", run.Symbol.Name, from, to, portion.IsPlain, run.Name, false)
            .RunAsync(cancellation);
    }
}
