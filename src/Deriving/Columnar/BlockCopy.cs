using System.Text;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Deriving.Columnar;

/// <summary>Binary COPY of a block into a range in which nothing is stored.</summary>
static class BlockCopy
{
    const int Portion = 1 << 16;

    /// <summary>Copies all bars on the connection's transaction; the server stores while the next are encoded.</summary>
    /// <exception cref="PostgresException">A row is there already (23505), or was refused.</exception>
    public static async Task WriteAsync(
        NpgsqlConnection connection,
        BarTable table,
        Series series,
        IBarBlock block,
        string source,
        int version,
        UtcTime now,
        CancellationToken cancellation
    )
    {
        var isDerived = table == BarTable.Derived;
        var (head, middle, tail) = Constants(series, source, now, isDerived ? version : null);
        var rows = new BinaryRows();
        rows.Begin();
        await using var copy = await connection.BeginRawBinaryCopyAsync(BarCopy.Statement(table), cancellation);
        try
        {
            for (var place = 0; place < block.Count; place++)
            {
                rows.Append(head);
                rows.Time(block.Time(place));
                block.AppendValues(place, rows);
                rows.Append(middle);
                block.AppendRaw(place, rows);
                rows.Append(tail);
                if (rows.Length >= Portion)
                {
                    await copy.WriteAsync(rows.Written, cancellation);
                    rows.Clear();
                }
            }

            rows.End();
            await copy.WriteAsync(rows.Written, cancellation);
        }
        catch
        {
            // Left open, it would be completed when disposed of.
            await copy.CancelAsync();
            throw;
        }
    }

    // What is the same in every row: before the time, between the values and the provenance, and after it.
    static (byte[] Head, byte[] Middle, byte[] Tail) Constants(Series series, string source, UtcTime now, int? version)
    {
        var (head, middle, tail) = (new BinaryRows(), new BinaryRows(), new BinaryRows());
        head.Row((short)(version is null ? 16 : 17));
        head.Text(Encoding.UTF8.GetBytes(series.Symbol.Name));
        head.Text(Encoding.UTF8.GetBytes(series.Timeframe.ToString()));
        middle.Text(Encoding.UTF8.GetBytes(source));
        middle.Time(now);
        tail.Time(now);
        tail.Time(now);
        if (version is { } number)
        {
            tail.Int4(number);
        }

        return (head.Written.ToArray(), middle.Written.ToArray(), tail.Written.ToArray());
    }
}
