using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using Npgsql;

namespace DxyOrleans.Migration.Shadow;

/// <summary>What shadow mode found, in <c>dxy.shadow</c>: the one table that it writes.</summary>
public sealed class ShadowStore(NpgsqlDataSource database)
{
    public async Task SaveAsync(ShadowDay day, CancellationToken cancellation) =>
        await database
            .Migration(
                "shadow/upsert_day",
                day.Target.Symbol.Name,
                day.Target.Timeframe.ToString(),
                day.Day.ToDateTime(),
                day.Equal,
                day.Different,
                day.Missing,
                day.Extra,
                day.LargestDifference,
                day.Samples,
                day.ComparedAt.ToDateTime()
            )
            .RunAsync(cancellation);

    /// <summary>Notes that a day couldn't be compared; what was found before stays.</summary>
    public async Task FailAsync(Series target, UtcTime day, string reason, CancellationToken cancellation) =>
        await database
            .Migration("shadow/upsert_fault", target.Symbol.Name, target.Timeframe.ToString(), day.ToDateTime(), reason)
            .RunAsync(cancellation);

    /// <summary>What was found, by target and day.</summary>
    /// <param name="symbol">Only this one's; null: all.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public Task<List<ShadowDay>> ListAsync(Symbol? symbol, CancellationToken cancellation) =>
        database
            .Migration("shadow/list_days", symbol?.Name ?? "")
            .RowsAsync(
                row => new ShadowDay(
                    new Series(Symbol.Parse(row.GetString(0)), Timeframe.Parse(row.GetString(1))),
                    row.GetUtc(2),
                    row.GetInt64(3),
                    row.GetInt64(4),
                    row.GetInt64(5),
                    row.GetInt64(6),
                    row.GetDecimal(7),
                    row.GetString(8),
                    row.GetUtc(9)
                ),
                cancellation
            );
}
