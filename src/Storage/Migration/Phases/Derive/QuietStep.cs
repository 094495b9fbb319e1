using DxyOrleans.Core.Market;
using DxyOrleans.Core.Migration;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Storage.Migration.Phases.Derive;

/// <summary>Whether anybody else still writes the old table: no foreign write for some minutes of open market, or every one of them mirrored.</summary>
sealed class QuietStep() : MigrationStep("derive/quiet", MigrationPhase.Derive)
{
    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) => Task.FromResult<IReadOnlyList<string>>(
        [$"watch for {context.Run.Settings.QuietMinutes} minutes of open market whether another program writes {context.Run.Symbol} to the old table"]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var settings = context.Run.Settings;
        var since = await StartedAsync(context, cancellation);
        var (writes, newest, who, unequal, now, fenced) = (await context.Database.Migration("derive/foreign_writes", context.Run.Symbol.Name, since.ToDateTime(), context.Run.Name)
            .RowsAsync(reader => (reader.GetInt64(0), reader.IsDBNull(1) ? (UtcTime?)null : reader.GetUtc(1), reader.IsDBNull(2) ? "" : reader.GetString(2),
                reader.GetInt64(3), reader.GetUtc(4), reader.GetUtc(5)), cancellation))[0];
        var from = UtcTime.Max(newest ?? fenced, fenced);
        var quiet = FxWeek.OpenMinutes(new TimeRange(from, UtcTime.Max(from, now)));
        const string evidence = "SELECT * FROM dxy.touch WHERE NOT own AND table_name = 'derived_data_bars' ORDER BY id DESC";
        var gate = settings.LegacyWriters == LegacyWriters.Mirrored
            ? Gate.Of("derive/quiet", unequal == 0 && (writes > 0 || quiet >= settings.QuietMinutes), "every foreign write is mirrored",
                $"{writes} foreign statements since the dual write began, {unequal} of their bars not equal in the new table; none for {quiet} open minutes", evidence,
                unequal == 0 ? "wait: nobody has written yet" : "see whether the trigger dxy_mirror is enabled")
            : Gate.Of("derive/quiet", quiet >= settings.QuietMinutes, $"no foreign write for {settings.QuietMinutes} minutes of open market",
                $"none for {quiet}{(writes == 0 ? "" : $"; {writes} since the dual write began, the newest at {newest} by {who}")}", evidence,
                writes == 0 ? "wait: the market has to be open" : $"stop the old writer ({who}), or roll back and start again with '--legacy mirrored'");
        return gate.Verdict == GateVerdict.Pass ? StepOutcome.Finished(gate) : new StepOutcome.Waiting([gate], Soon);
    }

    static async Task<UtcTime> StartedAsync(RunContext context, CancellationToken cancellation) =>
        UtcTime.From(await context.Database.Migration("derive/dual_write_began", context.Run.Name).ValueAsync<DateTime>(cancellation));
}
