using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Steps.Derive;

/// <summary>
/// Whether anybody else still writes the old table: some minutes came, and none of them brought a foreign write, or every one was mirrored.
/// Where no minute comes nothing is shown: that nobody writes is no proof then.
/// </summary>
sealed class QuietStep() : MigrationStep("derive/quiet", MigrationPhase.Derive)
{
    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>([
            $"watch for {context.Run.Settings.QuietMinutes} minutes that come whether another program writes {context.Run.Symbol} to "
                + $"the old table",
        ]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var settings = context.Run.Settings;
        var since = await StartedAsync(context, cancellation);
        var (writes, newest, who, unequal, came) = (
            await context
                .Database.Migration("derive/foreign_writes", context.Run.Symbol.Name, since.ToDateTime(), context.Run.Name)
                .RowsAsync(
                    reader =>
                        (
                            reader.GetInt64(0),
                            reader.IsDBNull(1) ? (UtcTime?)null : reader.GetUtc(1),
                            reader.IsDBNull(2) ? "" : reader.GetString(2),
                            reader.GetInt64(3),
                            reader.GetInt64(settings.LegacyWriters == LegacyWriters.Mirrored ? 5 : 4)
                        ),
                    cancellation
                )
        )[0];
        const string evidence = "SELECT * FROM dxy.touch WHERE NOT own AND table_name = 'derived_data_bars' ORDER BY id DESC";
        const string wait = "wait for minutes: the market has to be open and the components' bars have to come";
        var enough = came >= settings.QuietMinutes;
        var gate =
            settings.LegacyWriters == LegacyWriters.Mirrored
                ? Gate.Of(
                    "derive/quiet",
                    unequal == 0 && enough,
                    $"{settings.QuietMinutes} minutes that came stand in both tables, every foreign write mirrored",
                    $"{came} came; {writes} foreign statements since the dual write began{(writes == 0 ? "" : $" by {who}")}, {unequal} "
                        + $"of their bars not equal in the new table",
                    evidence,
                    unequal == 0 ? wait : "see whether the trigger dxy_mirror is enabled"
                )
                : Gate.Of(
                    "derive/quiet",
                    enough,
                    $"{settings.QuietMinutes} minutes that came without a foreign write",
                    $"{came} came{(writes == 0 ? ", no foreign write" : $" since the newest of {writes} foreign statements since the dual write began, at {newest} by {who}")}",
                    evidence,
                    writes == 0
                        ? wait
                        : $"stop the old writer ({who}), ours derives beside it; or roll back and start again with '--legacy mirrored'"
                );
        return gate.Verdict == GateVerdict.Pass ? StepOutcome.Finished(gate) : new StepOutcome.Waiting([gate], Soon);
    }

    static async Task<UtcTime> StartedAsync(RunContext context, CancellationToken cancellation) =>
        UtcTime.From(await context.Database.Migration("derive/dual_write_began", context.Run.Name).ValueAsync<DateTime>(cancellation));
}
