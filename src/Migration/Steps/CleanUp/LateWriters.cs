using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;

namespace DxyOrleans.Migration.Steps.CleanUp;

/// <summary>Programs that still write the old table though its writes have ended. That none does is shown by minutes that came and brought
/// no such write, not by an instant.</summary>
static class LateWriters
{
    /// <summary>When the old table's writes ended.</summary>
    /// <exception cref="InvalidOperationException">They haven't.</exception>
    public static async Task<UtcTime> WritesEndedAsync(RunContext context, CancellationToken cancellation)
    {
        var rows = await context
            .Database.Migration("cleanup/writes_ended", context.Run.Name)
            .RowsAsync(reader => reader.GetUtc(0), cancellation);
        return rows.Count == 1
            ? rows[0]
            : throw new InvalidOperationException("The old table's writes haven't ended: cleanup/old-writes-off was left out.");
    }

    /// <summary>
    /// Whether enough minutes came since the last such write. One that was seen is forgiven once as many came without another, or when
    /// somebody orders to try again.
    /// </summary>
    public static async Task<Gate> CheckAsync(RunContext context, UtcTime ended, CancellationToken cancellation)
    {
        var need = context.Run.Settings.QuietMinutes;
        var (count, who, last, came) = (
            await context
                .Database.Migration("cleanup/late_writes", context.Run.Symbol.Name, ended.ToDateTime(), context.Run.Name)
                .RowsAsync(
                    reader =>
                        (
                            reader.GetInt64(0),
                            reader.IsDBNull(1) ? "" : reader.GetString(1),
                            reader.IsDBNull(2) ? (UtcTime?)null : reader.GetUtc(2),
                            reader.GetInt64(3)
                        ),
                    cancellation
                )
        )[0];
        var holds = came >= need && (count == 0 || need > 0);
        return Gate.Of(
            "cleanup/zombies",
            holds,
            $"{need} minutes that came since {ended} without another program writing {context.Run.Symbol} 1m to derived_data_bars",
            count == 0 ? $"{came} came, no such write" : $"{count} statements, the last at {last}, by {who}; {came} minutes came since",
            $"SELECT * FROM dxy.touch WHERE symbol = '{context.Run.Symbol}' AND table_name = 'derived_data_bars' AND NOT own",
            count == 0
                ? "wait for minutes: the market has to be open and the components' bars have to come"
                : "stop these writers; it goes on once enough minutes came without them. What they wrote stays unless data_bars says "
                    + "the same"
        );
    }
}
