using System.Globalization;
using System.Text;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Storage.Bars;
using DxyOrleans.Storage.Schema.Binding;

namespace DxyOrleans.Client.Work;

/// <summary>Queries by which a stranger can check a target with psql alone, in PostgreSQL's own arithmetic: a row back is a difference.</summary>
internal static class VerifySql
{
    /// <summary>An index's minutes by the formula in <c>numeric</c>. Rows carrying version 2 are compared with the latest closes within the maximum age.</summary>
    public static string Index(IndexDefinition definition, BarTable stored, TimeRange range, HostBinding binding)
    {
        var holds = binding.Precision(stored.Name, definition.Symbol);
        var sql = new StringBuilder();
        var age = definition.MaxAgeMinutes.ToString(CultureInfo.InvariantCulture);
        sql.AppendLine($"-- {definition.Symbol} 1m in {range}: stored against {Number(definition.Factor)} * product(close ^ exponent).");
        sql.AppendLine("-- A row is a difference. Rows of version 1 need every close in the very minute; rows of version 2 the latest within their maximum age.");
        sql.AppendLine("WITH stored AS (");
        sql.AppendLine($"  SELECT ts_utc, open, high, low, close, coalesce((raw->>'version')::int, 1) AS version FROM public.{stored}");
        sql.AppendLine($"  WHERE canonical_symbol = '{definition.Symbol}' AND timeframe = '1m' AND ts_utc >= '{range.From}' AND ts_utc < '{range.To}'{Active(stored)}");
        sql.AppendLine("), minutes AS (");
        sql.AppendLine($"  SELECT m.ts_utc, coalesce(s.version, {(int)definition.Version}) AS version");
        sql.AppendLine($"  FROM (SELECT DISTINCT ts_utc FROM public.data_bars WHERE canonical_symbol IN ({string.Join(", ", definition.Components.Select(component => $"'{component.Symbol}'"))})");
        sql.AppendLine($"        AND timeframe = '1m' AND NOT is_partial AND ts_utc >= '{UtcTime.Max(range.From, definition.Since)}' AND ts_utc < '{range.To}') AS m");
        sql.AppendLine("  LEFT JOIN stored AS s ON s.ts_utc = m.ts_utc");
        sql.AppendLine("), closes AS (");
        sql.AppendLine($"  SELECT m.ts_utc, {string.Join(", ", definition.Components.Select(component => $"{Alias(component)}.close AS {Alias(component)}"))}");
        sql.AppendLine("  FROM minutes AS m");
        foreach (var component in definition.Components)
        {
            sql.AppendLine($"  LEFT JOIN LATERAL (SELECT close FROM public.data_bars WHERE canonical_symbol = '{component.Symbol}' AND timeframe = '1m' AND NOT is_partial");
            sql.AppendLine($"    AND ts_utc <= m.ts_utc AND ts_utc >= m.ts_utc - CASE WHEN m.version = 2 THEN interval '{age} minutes' ELSE interval '0' END");
            sql.AppendLine($"    ORDER BY ts_utc DESC LIMIT 1) AS {Alias(component)} ON true");
        }

        sql.AppendLine("), expected AS (");
        sql.AppendLine($"  SELECT ts_utc, round({Number(definition.Factor)} * {string.Join(" * ", definition.Components.Select(component => $"power({Alias(component)}, {Number(component.Exponent)})"))}, 8) AS level FROM closes");
        sql.AppendLine($"  WHERE {string.Join(" AND ", definition.Components.Select(component => $"{Alias(component)} IS NOT NULL"))}");
        sql.AppendLine(")");
        sql.AppendLine("SELECT coalesce(e.ts_utc, s.ts_utc) AS ts_utc, e.level AS expected, s.close AS stored");
        sql.AppendLine("FROM expected AS e FULL JOIN stored AS s ON s.ts_utc = e.ts_utc");
        sql.AppendLine($"WHERE ({holds.Open.Sql("e.level")}, {holds.High.Sql("e.level")}, {holds.Low.Sql("e.level")}, {holds.Close.Sql("e.level")}) IS DISTINCT FROM (s.open, s.high, s.low, s.close)");
        sql.Append("ORDER BY 1;");
        return binding.Render(sql.ToString());
    }

    /// <summary>A rollup by plain aggregates.</summary>
    public static string Rollup(Series series, BarTable inputs, TimeRange range, HostBinding binding)
    {
        var holds = binding.Precision(BarTable.Derived.Name, series.Symbol);
        range = range.Widen(series.Timeframe);
        var minutes = series.Timeframe.Minutes.ToString(CultureInfo.InvariantCulture);
        return binding.Render($"""
            -- {series} in {range}: stored against the 1m bars of each bucket. A row is a difference; a bucket that is still open shows as one.
            WITH stored AS (
              SELECT ts_utc, open, high, low, close, vol, trade_count FROM public.derived_data_bars
              WHERE canonical_symbol = '{series.Symbol}' AND timeframe = '{series.Timeframe}' AND ts_utc >= '{range.From}' AND ts_utc < '{range.To}' AND deleted_at IS NULL
            ), expected AS (
              SELECT date_bin(interval '{minutes} minutes', ts_utc, timestamptz '2000-01-01 00:00:00+00') AS ts_utc,
                     (array_agg(open ORDER BY ts_utc))[1] AS open, max(high) AS high, min(low) AS low, (array_agg(close ORDER BY ts_utc DESC))[1] AS close,
                     sum(vol) AS vol, sum(trade_count) AS trade_count
              FROM public.{inputs}
              WHERE canonical_symbol = '{series.Symbol}' AND timeframe = '1m' AND ts_utc >= '{range.From}' AND ts_utc < '{range.To}' AND NOT is_partial{Active(inputs)}
              GROUP BY 1
            )
            SELECT coalesce(e.ts_utc, s.ts_utc) AS ts_utc, e.open, s.open AS stored_open, e.high, s.high AS stored_high, e.low, s.low AS stored_low, e.close, s.close AS stored_close
            FROM expected AS e FULL JOIN stored AS s ON s.ts_utc = e.ts_utc
            WHERE ({holds.Open.Sql("e.open")}, {holds.High.Sql("e.high")}, {holds.Low.Sql("e.low")}, {holds.Close.Sql("e.close")}, {holds.Volume.Sql("e.vol")}, {(holds.HasTradeCount ? "e.trade_count" : "0")})
                  IS DISTINCT FROM (s.open, s.high, s.low, s.close, s.vol, s.trade_count)
            ORDER BY 1;
            """);
    }

    static string Active(BarTable table) => table == BarTable.Derived ? " AND deleted_at IS NULL" : "";

    static string Alias(IndexComponent component) => component.Symbol.Name.ToLowerInvariant().Replace('.', '_');

    static string Number(double number) => number.ToString("R", CultureInfo.InvariantCulture);
}
