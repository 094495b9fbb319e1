using System.Diagnostics;
using System.Globalization;
using DuckDB.NET.Data;
using DxyOrleans.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using Npgsql;
using NpgsqlTypes;

namespace DxyOrleans.Bench.Setup;

/// <summary>
/// DuckDB in this process and in memory, on as many threads as there are cores, over the same rows as PostgreSQL gives them by COPY: a
/// column store at the same arithmetic. It knows nothing of a durable commit, of what stands in a table already, of locks or provenance.
/// </summary>
internal sealed class Duck : IDisposable
{
    readonly DuckDBConnection _connection = new("DataSource=:memory:");

    public Duck() => _connection.Open();

    public void Dispose() => _connection.Dispose();

    /// <summary>Copies the components' closes out of PostgreSQL into a table each; returns the seconds.</summary>
    public double LoadCloses(NpgsqlConnection from)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var component in IndexDefinition.Dxy.Components)
        {
            Run($"CREATE TABLE {component.Symbol} (minute BIGINT, close DOUBLE)");
            using var appender = _connection.CreateAppender(component.Symbol.Name);
            using var copy = from.BeginBinaryExport(
                $"COPY (SELECT ts_utc, close::float8 FROM public.data_bars WHERE canonical_symbol = '{component.Symbol}' AND timeframe "
                    + $"= '1m' ORDER BY ts_utc) TO STDOUT BINARY"
            );
            while (copy.StartRow() >= 0)
            {
                var minute = UtcTime.From(copy.Read<DateTime>(NpgsqlDbType.TimestampTz)).Minute;
                appender.CreateRow().AppendValue(minute).AppendValue(copy.Read<double>(NpgsqlDbType.Double)).EndRow();
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The index's levels at eight places from the closes loaded; returns the seconds.</summary>
    public double Derive()
    {
        var components = IndexDefinition.Dxy.Components;
        var product = string.Join(
            " * ",
            components.Select(one => string.Create(CultureInfo.InvariantCulture, $"pow({one.Symbol}.close, {one.Exponent}::DOUBLE)"))
        );
        var joins = string.Concat(components.Skip(1).Select(one => $" JOIN {one.Symbol} USING (minute)"));
        return Run(
            string.Create(
                CultureInfo.InvariantCulture,
                $"CREATE OR REPLACE TABLE DXY AS SELECT minute, ({IndexDefinition.Dxy.Factor}::DOUBLE * {product})::DECIMAL(20, 8) AS "
                    + $"level FROM {components[0].Symbol}{joins}"
            )
        );
    }

    /// <summary>How many of these bars it derived otherwise, or not at all; the eighth place may be off by one, for its powers aren't
    /// ours.</summary>
    public int Otherwise(IReadOnlyList<BarRow> rows)
    {
        var levels = new Dictionary<long, decimal>(rows.Count);
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT minute, level FROM DXY";
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            levels.Add(reader.GetInt64(0), reader.GetDecimal(1));
        }

        return rows.Count(row => !levels.TryGetValue(row.Bar.Time.Minute, out var level) || Math.Abs(level - row.Bar.Close) > 0.00000001m)
            + Math.Abs(levels.Count - rows.Count);
    }

    /// <summary>Takes bars to roll up, from memory.</summary>
    public void LoadBars(IReadOnlyList<BarRow> rows)
    {
        Run(
            "CREATE TABLE bars (minute BIGINT, open DECIMAL(20, 8), high DECIMAL(20, 8), low DECIMAL(20, 8), close DECIMAL(20, 8), vol "
                + "DECIMAL(20, 8), trades INTEGER)"
        );
        using var appender = _connection.CreateAppender("bars");
        foreach (var bar in rows.Select(row => row.Bar))
        {
            appender
                .CreateRow()
                .AppendValue(bar.Time.Minute)
                .AppendValue(bar.Open)
                .AppendValue(bar.High)
                .AppendValue(bar.Low)
                .AppendValue(bar.Close)
                .AppendValue(bar.Volume)
                .AppendValue(bar.TradeCount)
                .EndRow();
        }
    }

    /// <summary>The bars loaded folded to buckets; returns the seconds.</summary>
    public double RollUp(Timeframe timeframe) =>
        Run(
            $"""
            CREATE OR REPLACE TABLE rolled AS
            SELECT minute // {timeframe.Minutes} AS bucket, arg_min(open, minute) AS open, max(high) AS high, min(low) AS low,
              arg_max(close, minute) AS close,
                   sum(vol) AS vol, sum(trades) AS trades
            FROM bars GROUP BY 1
            """
        );

    /// <summary>How many buckets <see cref="RollUp"/> gave.</summary>
    public long CountRolled()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM rolled";
        return (long)command.ExecuteScalar()!;
    }

    double Run(string sql)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        var start = Stopwatch.GetTimestamp();
        command.ExecuteNonQuery();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
