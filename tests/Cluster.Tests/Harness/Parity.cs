using System.Globalization;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>
/// What the tables ought to hold, told by SQL alone: nothing of the code under test is used. The index by PostgreSQL's numeric over the six
/// closes, rounded to 8 places; each 5m and 1h bucket by a plain rollup of the 1m bars, in all columns.
/// </summary>
public static class Parity
{
    const string Index = """
        WITH expected AS (
          SELECT c.ts_utc, c.inputs, round(50.14348112 * power(c.eurusd, -0.576) * power(c.usdjpy, 0.136) * power(c.gbpusd, -0.119)
                                           * power(c.usdcad, 0.091) * power(c.usdsek, 0.042) * power(c.usdchf, 0.036), 8) AS level
          FROM (SELECT ts_utc, jsonb_object_agg(canonical_symbol, close) AS inputs,
                       max(precise) FILTER (WHERE canonical_symbol = 'EURUSD') AS eurusd,
                         max(precise) FILTER (WHERE canonical_symbol = 'USDJPY') AS usdjpy,
                       max(precise) FILTER (WHERE canonical_symbol = 'GBPUSD') AS gbpusd,
                         max(precise) FILTER (WHERE canonical_symbol = 'USDCAD') AS usdcad,
                       max(precise) FILTER (WHERE canonical_symbol = 'USDSEK') AS usdsek,
                         max(precise) FILTER (WHERE canonical_symbol = 'USDCHF') AS usdchf
                FROM data_bars, LATERAL (SELECT close::numeric(30,16) AS precise) AS p
                WHERE timeframe = '1m' AND NOT is_partial AND ts_utc >= '$from' AND ts_utc < '$to'
                  AND canonical_symbol IN ('EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF')
                GROUP BY ts_utc HAVING count(*) = 6) AS c
        ), stored AS (
          SELECT * FROM data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc >= '$from' AND ts_utc < '$to'
        )
        SELECT format('%s DXY minutes expected, %s stored, %s wrong%s', count(e.ts_utc), count(s.ts_utc),
                      count(*) FILTER (WHERE w.wrong), ', first ' || min(coalesce(e.ts_utc, s.ts_utc)) FILTER (WHERE w.wrong)),
               count(*) FILTER (WHERE w.wrong) = 0, count(s.ts_utc)
        FROM expected AS e FULL JOIN stored AS s ON s.ts_utc = e.ts_utc,
             LATERAL (SELECT (s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial, s.source)
                             IS DISTINCT FROM (e.level, e.level, e.level, e.level, 0::numeric, NULL::numeric, 0, false, 'synthetic')
                             OR s.raw->'inputs' IS DISTINCT FROM e.inputs AS wrong) AS w
        """;

    const string Rollups = """
        WITH expected AS (
          SELECT canonical_symbol, l.timeframe, b.bucket, (array_agg(open ORDER BY ts_utc))[1] AS open, max(high) AS high, min(low) AS low,
                 (array_agg(close ORDER BY ts_utc DESC))[1] AS close, sum(vol) AS vol,
                 round(sum(vwap * vol) FILTER (WHERE vwap IS NOT NULL AND vol > 0) / sum(vol) FILTER (WHERE vwap IS NOT NULL AND vol > 0),
                   8) AS vwap,
                 sum(trade_count)::integer AS trade_count, count(*) AS inputs
          FROM data_bars, (VALUES ('5m', interval '5 minutes'), ('1h', interval '1 hour')) AS l(timeframe, length),
               LATERAL (SELECT date_bin(l.length, ts_utc, timestamptz '2000-01-01 00:00:00+00') AS bucket) AS b
          WHERE data_bars.timeframe = '1m' AND NOT is_partial AND b.bucket >= '$from' AND b.bucket < '$to'
            AND b.bucket + l.length + interval '1 second' <= dxy.now()
          GROUP BY 1, 2, 3
        ), stored AS (
          SELECT * FROM derived_data_bars WHERE timeframe IN ('5m', '1h') AND deleted_at IS NULL AND ts_utc >= '$from' AND ts_utc < '$to'
        )
        SELECT format('%s buckets expected, %s stored, %s wrong%s', count(e.bucket), count(s.ts_utc), count(*) FILTER (WHERE w.wrong),
                      ', first ' || min(coalesce(e.canonical_symbol, s.canonical_symbol) || '/' || coalesce(e.timeframe,
                        s.timeframe) || ' ' || coalesce(e.bucket, s.ts_utc))
                                    FILTER (WHERE w.wrong)),
               count(*) FILTER (WHERE w.wrong) = 0, count(s.ts_utc)
        FROM expected AS e
        FULL JOIN stored AS s ON s.canonical_symbol = e.canonical_symbol AND s.timeframe = e.timeframe AND s.ts_utc = e.bucket,
             LATERAL (SELECT (s.open, s.high, s.low, s.close, s.vol, s.vwap, s.trade_count, s.is_partial, s.source, s.derivation_version,
               (s.raw->>'inputs')::bigint)
                             IS DISTINCT FROM (e.open, e.high, e.low, e.close, e.vol, e.vwap, e.trade_count, false, 'derived', 1, e.inputs)
                               AS wrong) AS w
        """;

    /// <summary>How many rows stand in the range, when they are exactly those that ought to.</summary>
    /// <param name="Fault">What is wrong; null when all is right.</param>
    /// <param name="Minutes">1m bars of the index.</param>
    /// <param name="Buckets">5m and 1h bars of all symbols.</param>
    public sealed record Result(string? Fault, long Minutes, long Buckets);

    /// <summary>Compares a range that begins and ends at whole hours.</summary>
    public static async Task<Result> OfAsync(HostDatabase host, TimeRange range)
    {
        var (minutes, minuteCount) = await AskAsync(host, Index, range);
        var (buckets, bucketCount) = await AskAsync(host, Rollups, range);
        return new Result(
            minutes is null ? buckets
                : buckets is null ? minutes
                : $"{minutes}; {buckets}",
            minuteCount,
            bucketCount
        );
    }

    /// <summary>Waits until so many minutes and buckets stand in the range, all of them right; tells how long it took.</summary>
    public static Task<TimeSpan> ReachedAsync(HostDatabase host, TimeRange range, long minutes, long buckets, TimeSpan deadline) =>
        Until.NothingIsMissingAsync(
            $"{minutes} minutes and {buckets} buckets of {range}",
            async () =>
            {
                var result = await OfAsync(host, range);
                return result.Fault
                    ?? (
                        (result.Minutes, result.Buckets) == (minutes, buckets)
                            ? null
                            : $"{result.Minutes} minutes and {result.Buckets} buckets stand there"
                    );
            },
            deadline
        );

    static async Task<(string? Fault, long Count)> AskAsync(HostDatabase host, string sql, TimeRange range)
    {
        var answer = await host.ListAsync(
            $"SELECT q.ok || '|' || q.count || '|' || q.text FROM ({HostDatabase.Within(sql, range)}) AS q(text, ok, count)"
        );
        var parts = answer[0].Split('|', 3);
        return (parts[0] == "true" ? null : parts[2], long.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
