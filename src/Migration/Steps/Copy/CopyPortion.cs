using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;

namespace DxyOrleans.Migration.Steps.Copy;

/// <summary>The old table's active rows of some minutes.</summary>
/// <param name="Range">From the first to just after the last.</param>
/// <param name="Rows">How many rows.</param>
/// <param name="Minutes">Of how many minutes.</param>
/// <param name="TakesSource">Whether a conflict among them is settled in favour of the old table.</param>
/// <param name="IsNew">Whether the new table held none of its minutes when it was looked for.</param>
readonly record struct CopyPortion(TimeRange Range, int Rows, int Minutes, bool TakesSource, bool IsNew)
{
    /// <summary>Whether no minute has several active versions.</summary>
    public bool IsPlain => Rows == Minutes;

    /// <summary>The next one of a range, of about so many rows; null when there is none left.</summary>
    public static async Task<CopyPortion?> NextAsync(RunTransaction transaction, TimeRange range, int rows, CancellationToken cancellation)
    {
        var run = transaction.Run;
        var (found, minutes, last, takes, isNew) = (
            await transaction
                .Connection.Migration(
                    "copy/next_portion",
                    run.Symbol.Name,
                    range.From.ToDateTime(),
                    range.To.ToDateTime(),
                    (long)rows,
                    run.Name
                )
                .RowsAsync(
                    reader =>
                        (
                            (int)reader.GetInt64(0),
                            (int)reader.GetInt64(1),
                            reader.IsDBNull(2) ? (UtcTime?)null : reader.GetUtc(2),
                            reader.GetBoolean(3),
                            reader.GetBoolean(4)
                        ),
                    cancellation
                )
        )[0];
        return last is { } end ? new CopyPortion(new TimeRange(range.From, After(end)), found, minutes, takes, isNew) : null;
    }

    // A legacy row may open at any microsecond.
    static UtcTime After(UtcTime last) => UtcTime.FromTicks(last.Ticks + TimeSpan.TicksPerMicrosecond);
}
