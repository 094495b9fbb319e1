using System.Globalization;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Steps.PreFlight;

/// <summary>
/// Saves the symbol's bars of both tables, a month a transaction, and in that transaction brings them back into a table beside and compares
/// that with the original: a backup that was never restored is none. From its beginning on every write to the symbol's minutes is noted: a
/// way back has to tell what others wrote from what we did.
/// </summary>
public sealed class BackupStep() : MigrationStep("pre-flight/backup", MigrationPhase.PreFlight)
{
    const int Tries = 5;

    static readonly DateTime Begin = DateTime.SpecifyKind(DateTime.UnixEpoch.AddYears(-100), DateTimeKind.Utc);

    public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation)
    {
        await using var connection = await context.Database.OpenConnectionAsync(cancellation);
        var lines = new List<string>();
        foreach (var table in Backup.Tables)
        {
            var rows = await connection
                .Text($"SELECT count(*) FROM public.{table} WHERE canonical_symbol = $1", context.Run.Symbol.Name)
                .ValueAsync<long>(cancellation);
            lines.Add(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"save {rows} rows of public.{table} into {Backup.Of(context.Run, table)}, bring them back and compare"
                )
            );
        }

        return lines;
    }

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var number = Kept<int>(context, "table");
        if (number == Backup.Tables.Length)
        {
            return StepOutcome.Finished(
                new Gate(
                    "pre-flight/backup",
                    GateVerdict.Pass,
                    "every row of the symbol saved, restored beside and equal",
                    string.Create(CultureInfo.InvariantCulture, $"{context.Progress(this).Done} rows"),
                    $"SELECT count(*) FROM {Backup.Of(context.Run, Backup.Tables[1])}"
                )
            );
        }

        var (name, table, backup, end) = (
            Backup.Tables[number],
            $"public.{Backup.Tables[number]}",
            Backup.Of(context.Run, Backup.Tables[number]),
            Backup.End(context.Run).ToDateTime()
        );
        var symbol = context.Run.Symbol.Name;
        await using var transaction = await context.BeginAsync(cancellation);
        var connection = transaction.Connection;
        if (Kept<DateTime?>(context, "next") is not { } next)
        {
            await transaction.BeginWatchAsync(cancellation);
            await transaction.SaveAsync(Backup.Scope, "\"all\"", cancellation);
            await connection
                .Text(
                    $"DO $do$ BEGIN IF to_regnamespace('dxy_backup') IS NULL THEN CREATE SCHEMA dxy_backup; END IF; END $do$; CREATE TABLE {backup} (LIKE {table})"
                )
                .RunAsync(cancellation);
            return await CommitAsync(context, transaction, number, Begin, 0, cancellation);
        }

        var months = await connection
            .AsItStands(name, Backup.Sql("next_month", table), symbol, next, end)
            .RowsAsync(row => (From: row.GetUtc(0), To: row.GetUtc(1)), cancellation);
        if (months.Count == 0)
        {
            // A way back looks its rows up by time.
            await connection.Text($"CREATE INDEX ON {backup} (ts_utc); ANALYZE {backup}").RunAsync(cancellation);
            return await CommitAsync(context, transaction, number + 1, null, 0, cancellation);
        }

        var (from, to) = (months[0].From.ToDateTime(), UtcTime.Min(months[0].To, Backup.End(context.Run)).ToDateTime());
        await connection.AsItStands(name, Backup.Sql("save_month", table, backup), symbol, from, to).RunAsync(cancellation);
        await connection.Text($"CREATE TEMP TABLE dxy_restored (LIKE {table}) ON COMMIT DROP").RunAsync(cancellation);
        await connection
            .AsItStands(name, Backup.Sql("save_month", backup, "pg_temp.dxy_restored"), symbol, from, to)
            .RunAsync(cancellation);
        var (rows, different) = (
            await connection
                .AsItStands(name, Backup.Sql("restored", table, "pg_temp.dxy_restored"), symbol, from, to)
                .RowsAsync(row => (row.GetInt64(0), row.GetInt64(1)), cancellation)
        )[0];
        if (different == 0)
        {
            return await CommitAsync(context, transaction, number, to, rows, cancellation);
        }

        await transaction.DisposeAsync();
        return await DifferentAsync(context, table, months[0].From, different, cancellation);
    }

    // Somebody may have written there between the saving and the comparing; not five times.
    async Task<StepOutcome> DifferentAsync(RunContext context, string table, UtcTime month, long different, CancellationToken cancellation)
    {
        var tries = Kept<int>(context, "tries") + 1;
        await using (var transaction = await context.BeginAsync(cancellation))
        {
            await KeepAsync(context, transaction, "tries", tries, cancellation);
            await transaction.CommitAsync(cancellation);
        }

        var what = string.Create(
            CultureInfo.InvariantCulture,
            $"{different} rows of {table} from {month} on are not what was restored of them"
        );
        return tries < Tries
            ? new StepOutcome.Throttled($"{what}: they were written meanwhile", Soon)
            : new StepOutcome.Waiting(
                [
                    new Gate(
                        "pre-flight/backup",
                        GateVerdict.Fail,
                        "every row of the symbol saved, restored beside and equal",
                        what,
                        null,
                        "stop who rewrites this month; the run tries again by itself"
                    ),
                ],
                Soon
            );
    }

    async Task<StepOutcome> CommitAsync(
        RunContext context,
        RunTransaction transaction,
        int table,
        DateTime? next,
        long rows,
        CancellationToken cancellation
    )
    {
        var progress = context.Progress(this);
        var checkpoint = System.Text.Json.JsonSerializer.Serialize(
            new
            {
                table,
                next,
                tries = 0,
            }
        );
        await transaction.StepAsync(progress with { Checkpoint = checkpoint, Done = progress.Done + rows }, cancellation);
        await context.At(this, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return new StepOutcome.More();
    }

    public override async Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation)
    {
        await using var transaction = await context.BeginAsync(cancellation);
        await transaction
            .Connection.Text(string.Join("; ", Backup.Tables.Select(table => $"DROP TABLE IF EXISTS {Backup.Of(context.Run, table)}")))
            .RunAsync(cancellation);
        await transaction.EndWatchAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "undone", cancellation);
        return StepOutcome.Finished();
    }
}
