using System.Text.Json;
using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;

namespace DxyOrleans.Migration.Steps.Copy;

/// <summary>
/// Compares the old table's bars with the new table's before anything is copied, a month a portion, lists what conflicts and settles it by
/// the run's policies. It stops where a policy says so; a changed policy is obeyed at once, an ordered retry compares anew. It changes no
/// bar.
/// </summary>
sealed class ConflictsStep() : MigrationStep(Title, MigrationPhase.Copy)
{
    internal const string Title = "copy/conflicts";

    // Counts are complete whatever is listed; of superseded rows there may be as many as of bars.
    const int MaxSuperseded = 1000;

    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            $"compare the bars of both tables before the copy; different: {Policy(context.Run.Settings.Different)}, foreign: "
                + $"{Policy(context.Run.Settings.Foreign)}, partial: {Policy(context.Run.Settings.Partial)}, in the new table alone: "
                + $"{Policy(context.Run.Settings.Alone)}",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var progress = context.Progress(this);
        var counts = StepCheckpoint.Read<ConflictCounts>(progress);
        var retries = await RunRetries.CountAsync(context, cancellation);
        if (counts.Complete && counts.Retries == retries)
        {
            return await SettleAsync(context, progress, counts, cancellation);
        }

        await using var transaction = await context.BeginAsync(cancellation);
        if (counts.Next is null || counts.Retries != retries)
        {
            await transaction.Connection.Text("DELETE FROM dxy.run_conflict WHERE run = $1", context.Run.Name).RunAsync(cancellation);
            await transaction.Connection.Migration("copy/list_alone", context.Run.Symbol.Name, context.Run.Name).RunAsync(cancellation);
            (counts, progress) = (
                new ConflictCounts
                {
                    Round = counts.Round,
                    Retries = retries,
                    Next = DateTime.UnixEpoch.AddYears(-200),
                },
                progress with
                {
                    Done = 0,
                }
            );
        }

        var (next, bars) = await ClassifyAsync(transaction, counts, cancellation);
        await transaction.StepAsync(progress with { Checkpoint = StepCheckpoint.Write(next), Done = progress.Done + bars }, cancellation);
        await context.At(this, "written", cancellation);
        await transaction.CommitAsync(cancellation);
        await context.At(this, "committed", cancellation);
        return new StepOutcome.More();
    }

    static async Task<(ConflictCounts Counts, long Bars)> ClassifyAsync(
        RunTransaction transaction,
        ConflictCounts counts,
        CancellationToken cancellation
    )
    {
        var (symbol, run) = (transaction.Run.Symbol.Name, transaction.Run.Name);
        var month = await transaction
            .Connection.Migration("copy/next_month", symbol, counts.Next!.Value, DateTime.UnixEpoch.AddYears(1000))
            .RowsAsync(reader => (From: reader.GetDateTime(0), To: reader.GetDateTime(1)), cancellation);
        if (month.Count == 0)
        {
            return (counts with { Complete = true }, 0);
        }

        return (
            await transaction
                .Connection.Migration("copy/classify", symbol, month[0].From, month[0].To, run, Math.Max(0, MaxSuperseded - counts.Listed))
                .RowsAsync(
                    reader =>
                        (
                            counts with
                            {
                                Next = month[0].To,
                                Identical = counts.Identical + reader.GetInt64(1),
                                Missing = counts.Missing + reader.GetInt64(2),
                                Stale = counts.Stale + reader.GetInt64(3),
                                Superseded = counts.Superseded + reader.GetInt64(4),
                                Listed = counts.Listed + reader.GetInt64(5),
                            },
                            reader.GetInt64(0)
                        ),
                    cancellation
                )
        )[0];
    }

    async Task<StepOutcome> SettleAsync(RunContext context, RunStep progress, ConflictCounts counts, CancellationToken cancellation)
    {
        var (run, settings) = (context.Run.Name, context.Run.Settings);
        List<ConflictClass> classes;
        await using (var transaction = await context.BeginAsync(cancellation))
        {
            await transaction
                .Connection.Migration(
                    "copy/settle",
                    run,
                    Policy(settings.Different),
                    Policy(settings.Foreign),
                    Policy(settings.Partial),
                    Policy(settings.Alone)
                )
                .RunAsync(cancellation);
            classes = await transaction
                .Connection.Migration("copy/count_conflicts", run)
                .RowsAsync(
                    reader => new ConflictClass(
                        reader.GetString(0),
                        reader.GetInt64(1),
                        reader.GetInt64(2),
                        reader.GetInt64(3),
                        reader.IsDBNull(4) ? null : reader.GetString(4)
                    ),
                    cancellation
                );
            await context.At(this, "settled", cancellation);
            await transaction.CommitAsync(cancellation);
        }

        Gate[] gates =
        [
            .. classes.Select(one => one.ToGate(run)),
            new(
                "copy/superseded",
                GateVerdict.Pass,
                "of several active versions of a bar the newest is copied",
                $"{counts.Superseded} older versions in {progress.Done} bars; {counts.Identical} bars equal in both tables, "
                    + $"{counts.Missing} to be copied",
                $"SELECT * FROM dxy.run_conflict WHERE run = '{run}' AND class = 'superseded'"
            ),
        ];
        return new StepOutcome.Done(
            gates,
            JsonSerializer.Serialize(
                new
                {
                    bars = progress.Done,
                    identical = counts.Identical,
                    missing = counts.Missing,
                    stale = counts.Stale,
                    superseded = counts.Superseded,
                    conflicts = classes.ToDictionary(one => one.Class, one => one.Count),
                }
            )
        );
    }

    internal static string Policy(ConflictPolicy policy) =>
        policy switch
        {
            ConflictPolicy.KeepTarget => "keep_target",
            ConflictPolicy.TakeSource => "take_source",
            _ => "stop",
        };
}
