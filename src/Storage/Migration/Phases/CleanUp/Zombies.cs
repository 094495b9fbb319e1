using DxyOrleans.Core.Migration;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Storage.Migration.Phases.CleanUp;

/// <summary>Programs that still write the old table though its writes have ended.</summary>
static class Zombies
{
    /// <summary>When the old table's writes began to end.</summary>
    /// <exception cref="InvalidOperationException">They haven't.</exception>
    public static async Task<UtcTime> WritesEndedAsync(RunContext context, CancellationToken cancellation)
    {
        var rows = await context.Database.Migration("cleanup/writes_ended", context.Run.Name).RowsAsync(reader => reader.GetUtc(0), cancellation);
        return rows.Count == 1 ? rows[0] : throw new InvalidOperationException("The old table's writes haven't ended: cleanup/old-writes-off was left out.");
    }

    /// <summary>Whether none was seen since then and since the last order to try again.</summary>
    public static async Task<Gate> LookAsync(RunContext context, UtcTime ended, CancellationToken cancellation)
    {
        var (count, who, last) = (await context.Database.Migration("cleanup/zombies", context.Run.Symbol.Name, ended.ToDateTime(), context.Run.Name).RowsAsync(
            reader => (reader.GetInt64(0), reader.IsDBNull(1) ? "" : reader.GetString(1), reader.IsDBNull(2) ? (UtcTime?)null : reader.GetUtc(2)), cancellation))[0];
        return Gate.Of("cleanup/zombies", count == 0, $"no other program has written {context.Run.Symbol} 1m to derived_data_bars since {ended}",
            count == 0 ? "none has" : $"{count} statements, the last at {last}, by {who}",
            $"SELECT * FROM dxy.touch WHERE symbol = '{context.Run.Symbol}' AND table_name = 'derived_data_bars' AND NOT own",
            "stop these writers, then 'migrate retry'; what they wrote stays unless data_bars says the same");
    }
}
