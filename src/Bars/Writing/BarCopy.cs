using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;
using NpgsqlTypes;

namespace DxyOrleans.Bars.Writing;

/// <summary>Binary COPY of bars straight into their table: the fastest way in, for ranges in which nothing is stored yet.</summary>
public static class BarCopy
{
    const string Columns =
        "canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, source, ingested_at, raw, "
        + "created_at, updated_at";

    /// <summary>The COPY of a table; the version is a value of <see cref="BarTable.Derived"/> alone.</summary>
    public static string Statement(BarTable table) =>
        $"COPY public.{table.Name} ({Columns}{(table == BarTable.Derived ? ", derivation_version" : "")}) FROM STDIN BINARY";

    /// <summary>Whether the table's columns take what a COPY writes; the merge fits any table that bars can stand in.</summary>
    public static async Task<bool> FitsAsync(NpgsqlConnection connection, BarTable table, CancellationToken cancellation)
    {
        if (!HostBindings.Of(connection)[table.Name].IsPlain)
        {
            return false;
        }

        await using var command = new NpgsqlCommand(Sql.Statement("takes_copies"), connection);
        command.Parameters.With(table.Name);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Copies the rows on the connection's transaction.</summary>
    /// <param name="connection">Open, in a transaction.</param>
    /// <param name="table">Where to.</param>
    /// <param name="rows">The rows.</param>
    /// <param name="source">The source they are stored under.</param>
    /// <param name="version">The deriving version, for <see cref="BarTable.Derived"/>.</param>
    /// <param name="now">The database's market time, for the time columns.</param>
    /// <param name="cancellation">Ends the copy; nothing is stored then.</param>
    /// <exception cref="PostgresException">A row is there already (23505), or was refused.</exception>
    public static async Task WriteAsync(
        NpgsqlConnection connection,
        BarTable table,
        IReadOnlyList<BarRow> rows,
        string source,
        int version,
        UtcTime now,
        CancellationToken cancellation
    )
    {
        var derived = table == BarTable.Derived;
        var at = now.ToDateTime();
        await using var copy = await connection.BeginBinaryImportAsync(Statement(table), cancellation);
        foreach (var row in rows)
        {
            var bar = row.Bar;
            await copy.StartRowAsync(cancellation);
            await copy.WriteAsync(bar.Symbol.Name, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(bar.Timeframe.ToString(), NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(bar.Time.ToDateTime(), NpgsqlDbType.TimestampTz, cancellation);
            await copy.WriteAsync(bar.Open, NpgsqlDbType.Numeric, cancellation);
            await copy.WriteAsync(bar.High, NpgsqlDbType.Numeric, cancellation);
            await copy.WriteAsync(bar.Low, NpgsqlDbType.Numeric, cancellation);
            await copy.WriteAsync(bar.Close, NpgsqlDbType.Numeric, cancellation);
            await copy.WriteAsync(bar.Volume, NpgsqlDbType.Numeric, cancellation);
            if (bar.Vwap is { } vwap)
            {
                await copy.WriteAsync(vwap, NpgsqlDbType.Numeric, cancellation);
            }
            else
            {
                await copy.WriteNullAsync(cancellation);
            }

            await copy.WriteAsync(bar.TradeCount, NpgsqlDbType.Integer, cancellation);
            await copy.WriteAsync(bar.IsPartial, NpgsqlDbType.Boolean, cancellation);
            await copy.WriteAsync(source, NpgsqlDbType.Text, cancellation);
            await copy.WriteAsync(at, NpgsqlDbType.TimestampTz, cancellation);
            await copy.WriteAsync(row.Raw ?? "{}", NpgsqlDbType.Jsonb, cancellation);
            await copy.WriteAsync(at, NpgsqlDbType.TimestampTz, cancellation);
            await copy.WriteAsync(at, NpgsqlDbType.TimestampTz, cancellation);
            if (derived)
            {
                await copy.WriteAsync(version, NpgsqlDbType.Integer, cancellation);
            }
        }

        await copy.CompleteAsync(cancellation);
    }
}
