using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Migration;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Storage.Migration.Phases;

/// <summary>Asking the live derivers for bars, and waiting until they have made them: a migration derives nothing itself.</summary>
static class DueWork
{
    public static Task AskAsync(RunTransaction transaction, Series target, IReadOnlyList<TimeRange> ranges, CancellationToken cancellation) =>
        transaction.Connection.Migration("derive/ask_due", target.Symbol.Name, target.Timeframe.ToString(),
            ranges.Select(range => range.From.ToDateTime()).ToArray(), ranges.Select(range => range.To.ToDateTime()).ToArray()).RunAsync(cancellation);

    /// <summary>Whether everything asked for in the range is worked off.</summary>
    public static async Task<Gate> LookAsync(RunContext context, string gate, Series target, TimeRange range, CancellationToken cancellation)
    {
        var (count, first, error) = (await context.Database.Migration("derive/still_due",
            target.Symbol.Name, target.Timeframe.ToString(), range.From.ToDateTime(), range.To.ToDateTime()).RowsAsync(
            reader => (reader.GetInt64(0), reader.IsDBNull(1) ? (UtcTime?)null : reader.GetUtc(1), reader.IsDBNull(2) ? null : reader.GetString(2)), cancellation))[0];
        return Gate.Of(gate, count == 0, $"{target}: what was asked for in {range} is derived",
            count == 0 ? "nothing is due there" : $"{count} ranges are due, the first from {first}{(error is null ? "" : $": {error}")}", "SELECT * FROM dxy.due",
            error is null ? "a silo has to be running: './dxy up'" : "'./dxy due --poison' says what is stuck");
    }
}
