using DxyOrleans.Core.Migration;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Storage.Migration.Phases;

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

        var backup = $"{run.Name}_data_bars";
        var progress = context.Progress(step);
        var place = StepCheckpoint.Read<Place>(progress);
        var began = context.RealTime.GetTimestamp();
        await using var transaction = await context.BeginAsync(cancellation);
        await transaction.MoveRouteAsync(cancellation);
        if (!await transaction.Connection.Text("SELECT to_regclass(format('dxy_backup.%I', $1::text)) IS NOT NULL", backup).ValueAsync<bool>(cancellation))
        {
            throw new InvalidOperationException($"dxy_backup.\"{backup}\" is gone: what data_bars held before the run can't be told from what it wrote.");
        }

        var from = place.Back ?? DateTime.UnixEpoch.AddYears(-200);
        var (rows, last) = (await transaction.Connection.Migration("restore/next_portion", run.Symbol.Name, from, (long)Math.Min(place.BackRows, run.Settings.BatchRows)).RowsAsync(
            reader => ((int)reader.GetInt64(0), reader.IsDBNull(1) ? (UtcTime?)null : reader.GetUtc(1)), cancellation))[0];
        if (last is not { } end)
        {
            return new StepOutcome.Done([], $$"""{"removed": {{place.Removed}}, "restored": {{place.Restored}}, "brought_to_old": {{place.Saved}}, "of_others_left": {{place.Others}}}""");
        }

        var to = end.ToDateTime().AddMicroseconds(1);
        var kept = BackupSql("restore/save_unknown", backup);
        long saved = await transaction.Connection.Text(kept, run.Symbol.Name, from, to, run.Name).RunAsync(cancellation);
        await context.At(step, "undo-saved", cancellation);
        long removed = await transaction.Connection.Text(BackupSql("restore/remove_new", backup), run.Symbol.Name, from, to, run.Name).RunAsync(cancellation);
        long restored = await transaction.Connection.Text(BackupSql("restore/restore_values", backup), run.Symbol.Name, from, to, run.Name).RunAsync(cancellation);
        var others = await transaction.Connection.Text(BackupSql("restore/count_others", backup), run.Symbol.Name, from, to, run.Name).ValueAsync<long>(cancellation);
        var took = context.RealTime.GetElapsedTime(began);
        place = place with
        {
            Back = to, BackRows = BatchSizer.Next(run.Settings, rows, took, live: false),
            Removed = place.Removed + removed, Restored = place.Restored + restored, Saved = place.Saved + saved, Others = place.Others + others,
        };
        await transaction.StepAsync(progress with { Checkpoint = StepCheckpoint.Write(place) }, cancellation);
        await context.At(step, "undo-written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(step, "undo-committed", cancellation);
        return new StepOutcome.More();
    }

    // The one name that can't be a parameter. A run's name is letters, digits and hyphens.
    static string BackupSql(string path, string backup) => Sql.Text($"migration/{path}.sql").Replace("{backup}", $"dxy_backup.\"{backup}\"", StringComparison.Ordinal);
}
