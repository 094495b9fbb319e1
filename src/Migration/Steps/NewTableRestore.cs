using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Steps.PreFlight;

namespace DxyOrleans.Migration.Steps;

/// <summary>
/// Brings the new table back to what it held of the symbol's 1m bars before the run, a batch a transaction: what the run copied and what we derived meanwhile goes,
/// once it is sure to be in the old table; what was changed gets its values from the backup. Rows of other programs stay. Nothing holds it back: who goes back is in a hurry.
/// </summary>
static class NewTableRestore
{
    /// <summary>How far it is.</summary>
    sealed record Place
    {
        public DateTime? Back { get; init; }

        public int BackRows { get; init; } = BatchSizer.First;

        public long Removed { get; init; }

        public long Restored { get; init; }

        /// <summary>Bars that stood in the new table alone and were brought to the old one first.</summary>
        public long Saved { get; init; }

        /// <summary>Bars of other programs that arrived meanwhile: they stay.</summary>
        public long Others { get; init; }
    }

    /// <summary>The next batch; done at the new table's end. The step's checkpoint is its own from here on.</summary>
    /// <exception cref="InvalidOperationException">The backup is gone, so that nobody knows what the table held.</exception>
    public static async Task<StepOutcome> AdvanceAsync(RunContext context, IMigrationStep step, CancellationToken cancellation)
    {
        var run = context.Run;
        if (!context.Steps.ContainsKey("pre-flight/backup"))
        {
            return StepOutcome.Finished();
        }

        string[] backup = [Backup.Of(run, Backup.Tables[0])];
        var progress = context.Progress(step);
        var place = StepCheckpoint.Read<Place>(progress);
        var began = context.RealTime.GetTimestamp();
        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.HoldRouteForCopyAsync(cancellation);
        if (!await transaction.Connection.Text("SELECT to_regclass($1) IS NOT NULL", backup[0]).ValueAsync<bool>(cancellation))
        {
            throw new InvalidOperationException(
                $"{backup[0]} is gone: what data_bars held before the run can't be told from what it wrote."
            );
        }

        var from = place.Back ?? DateTime.UnixEpoch.AddYears(-200);
        var (rows, last) = (
            await transaction
                .Connection.Migration("restore/next_portion", run.Symbol.Name, from, (long)Math.Min(place.BackRows, run.Settings.BatchRows))
                .RowsAsync(reader => ((int)reader.GetInt64(0), reader.IsDBNull(1) ? (UtcTime?)null : reader.GetUtc(1)), cancellation)
        )[0];
        if (last is not { } end)
        {
            return new StepOutcome.Done(
                [],
                $$"""{"removed": {{place.Removed}}, "restored": {{place.Restored}}, "brought_to_old": {{place.Saved}}, "of_others_left": {{place.Others}}}"""
            );
        }

        var to = end.ToDateTime().AddMicroseconds(1);
        object[] values = [run.Symbol.Name, from, to, run.Name];
        long saved = await transaction.Connection.WithBackups("restore/save_unknown", backup, values).RunAsync(cancellation);
        await context.At(step, "undo-saved", cancellation);
        long removed = await transaction.Connection.WithBackups("restore/remove_new", backup, values).RunAsync(cancellation);
        long restored = await transaction.Connection.WithBackups("restore/restore_values", backup, values).RunAsync(cancellation);
        var others = await transaction.Connection.WithBackups("restore/count_others", backup, values).ValueAsync<long>(cancellation);
        var took = context.RealTime.GetElapsedTime(began);
        place = place with
        {
            Back = to,
            BackRows = BatchSizer.Next(run.Settings, rows, took, live: false),
            Removed = place.Removed + removed,
            Restored = place.Restored + restored,
            Saved = place.Saved + saved,
            Others = place.Others + others,
        };
        await transaction.StepAsync(progress with { Checkpoint = StepCheckpoint.Write(place) }, cancellation);
        await context.At(step, "undo-written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(step, "undo-committed", cancellation);
        return new StepOutcome.More();
    }
}
