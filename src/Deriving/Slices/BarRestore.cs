using DxyOrleans.Bars;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Deriving.Slices;

/// <summary>
/// Brings back rows that a copy of the tables holds and that no import may put in the place of others: derived bars and partial ones. They
/// are stored where nothing stands, and only compared where something does, under the locks by which derived rows are written.
/// </summary>
public sealed class BarRestore(NpgsqlDataSource database)
{
    // As dxy.week_of has them.
    const long Week = 7 * TimeSpan.TicksPerDay;
    static readonly long s_firstWeek = UtcTime.At(2000, 1, 1).Ticks % Week;

    /// <summary>Stores the rows of one series where no row stands.</summary>
    /// <param name="rows">No bar twice; with their provenance, where they have one.</param>
    /// <param name="isTarget">Whether the series is derived here.</param>
    /// <param name="isIndex">Whether it is an index's 1m bars, whose table is the route's.</param>
    /// <param name="cancellation">Gives up; what was committed stays.</param>
    /// <returns>One outcome a bar, ascending: new, equal, or another row stands.</returns>
    public async Task<IReadOnlyList<WrittenBar>> WriteAsync(
        IReadOnlyCollection<BarRow> rows,
        bool isTarget,
        bool isIndex,
        CancellationToken cancellation
    )
    {
        var written = new List<WrittenBar>(rows.Count);
        foreach (var week in rows.OrderBy(row => row.Bar.Time).GroupBy(row => (row.Bar.Time.Ticks - s_firstWeek + Week) / Week))
        {
            written.AddRange(await TryWriteWeekAsync([.. week], isTarget, isIndex, cancellation));
        }

        return written;
    }

    async Task<IReadOnlyList<WrittenBar>> TryWriteWeekAsync(List<BarRow> rows, bool isTarget, bool isIndex, CancellationToken cancellation)
    {
        try
        {
            return await WriteWeekAsync(rows, isTarget, isIndex, cancellation);
        }
        catch (PostgresException fault) when (fault.IsAboutData() && !fault.IsAboutTables())
        {
            return rows.Count == 1
                ? [new WrittenBar(rows[0].Bar, BarOutcome.Refused, fault.MessageText)]
                :
                [
                    .. await TryWriteWeekAsync(rows[..(rows.Count / 2)], isTarget, isIndex, cancellation),
                    .. await TryWriteWeekAsync(rows[(rows.Count / 2)..], isTarget, isIndex, cancellation),
                ];
        }
    }

    async Task<IReadOnlyList<WrittenBar>> WriteWeekAsync(List<BarRow> rows, bool isTarget, bool isIndex, CancellationToken cancellation)
    {
        var series = rows[0].Bar.Series;
        var range = new TimeRange(rows[0].Bar.Time, rows[^1].Bar.End);
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        var route = isIndex ? await HoldRouteAsync(connection, series.Symbol, cancellation) : (Route?)null;
        if (isTarget)
        {
            await using var hold = connection.Statement("lock_week");
            hold.Parameters.AddSeries(series).With(range.From.ToDateTime());
            await hold.ExecuteNonQueryAsync(cancellation);
        }

        var table = route?.Written ?? (isTarget ? BarTable.Derived : BarTable.Data);
        var stands = (await BarReader.ReadValuesAsync(connection, table, series, range, cancellation)).Bars.ToDictionary(bar => bar.Time);
        var missing = rows.Where(row => !stands.ContainsKey(row.Bar.Time)).ToList();
        var outcomes = new Dictionary<UtcTime, BarOutcome>();
        if (missing.Count > 0)
        {
            await using var batch = new NpgsqlBatch(connection);
            batch.AddBound(
                BarMerge.Command(
                    connection,
                    table,
                    missing,
                    isIndex ? BarSource.Synthetic
                        : isTarget ? BarSource.Derived
                        : BarSource.Ingest
                )
            );
            var letters = (string)(await batch.ExecuteScalarAsync(cancellation))!;
            foreach (var (row, outcome) in missing.Zip(BarMerge.Outcomes(letters)))
            {
                outcomes.Add(row.Bar.Time, outcome);
            }
        }

        if (route is { IsMirrored: true })
        {
            await using var mirror = connection.Statement("mirror_bars");
            mirror
                .Parameters.With(series.Symbol.Name)
                .With(missing.Select(row => row.Bar.Time.ToDateTime()).ToArray())
                .With(false)
                .AddRange(range);
            await mirror.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return
        [
            .. rows.AsStored(connection, table)
                .Select(row => new WrittenBar(
                    row.Bar,
                    outcomes.TryGetValue(row.Bar.Time, out var outcome) ? outcome
                        : stands[row.Bar.Time] == row.Bar ? BarOutcome.Equal
                        : BarOutcome.OtherSource
                )),
        ];
    }

    static async Task<Route> HoldRouteAsync(NpgsqlConnection connection, Symbol symbol, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        batch.Add("hold_route").With(symbol.Name);
        batch.Add("read_route").With(symbol.Name);
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        return await Route.ReadAsync(reader, cancellation);
    }
}
