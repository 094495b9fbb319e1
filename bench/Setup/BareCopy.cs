using System.Diagnostics;
using DxyOrleans.Bars;
using Npgsql;
using NpgsqlTypes;

namespace DxyOrleans.Bench.Setup;

/// <summary>
/// The floor of every bulk write: one binary COPY, in one transaction, of rows that are in memory already, into a table with the same
/// columns, checks and key and no triggers. It knows nothing of files, duplicates or what is stored.
/// </summary>
internal static class BareCopy
{
    /// <summary>Copies the rows and returns the seconds until the commit.</summary>
    public static async Task<double> RunAsync(
        NpgsqlDataSource database,
        string table,
        IReadOnlyList<BarRow> rows,
        string source,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        var at = TimeProvider.System.GetUtcNow().UtcDateTime;
        var start = Stopwatch.GetTimestamp();
        // Off the caller's context and without awaits between values: the fastest way this library has.
        await Task.Run(() => Copy(connection, table, rows, source, at), cancellation);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    static void Copy(NpgsqlConnection connection, string table, IReadOnlyList<BarRow> rows, string source, DateTime at)
    {
        using var copy = connection.BeginBinaryImport(
            $"COPY {table} (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, source, "
                + $"ingested_at, raw, created_at, updated_at) FROM STDIN BINARY"
        );
        foreach (var row in rows)
        {
            var bar = row.Bar;
            copy.StartRow();
            copy.Write(bar.Symbol.Name, NpgsqlDbType.Text);
            copy.Write(bar.Timeframe.ToString(), NpgsqlDbType.Text);
            copy.Write(bar.Time.ToDateTime(), NpgsqlDbType.TimestampTz);
            copy.Write(bar.Open, NpgsqlDbType.Numeric);
            copy.Write(bar.High, NpgsqlDbType.Numeric);
            copy.Write(bar.Low, NpgsqlDbType.Numeric);
            copy.Write(bar.Close, NpgsqlDbType.Numeric);
            copy.Write(bar.Volume, NpgsqlDbType.Numeric);
            if (bar.Vwap is { } vwap)
            {
                copy.Write(vwap, NpgsqlDbType.Numeric);
            }
            else
            {
                copy.WriteNull();
            }

            copy.Write(bar.TradeCount, NpgsqlDbType.Integer);
            copy.Write(bar.IsPartial, NpgsqlDbType.Boolean);
            copy.Write(source, NpgsqlDbType.Text);
            copy.Write(at, NpgsqlDbType.TimestampTz);
            copy.Write(row.Raw ?? "{}", NpgsqlDbType.Jsonb);
            copy.Write(at, NpgsqlDbType.TimestampTz);
            copy.Write(at, NpgsqlDbType.TimestampTz);
        }

        copy.Complete();
    }
}
