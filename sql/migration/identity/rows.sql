-- The rows of the backup and of the table beside each other, one by one within a bar and version, and whether the difference
-- is ours to undo (kept): of minutes, ours touched them and no other program did since the backup; of rollups that had ended
-- before the run ($4), one of the two is ours. A bar whose components ($5) were corrected since says what they say now: that arrived.
SELECT coalesce(o.timeframe, n.timeframe) AS timeframe, o.line AS old, n.line AS now, n.part, n.place, n.ours, x.ended, o.kept_columns AS b,
       {everything} OR CASE WHEN coalesce(o.timeframe, n.timeframe) = '1m'
            THEN r.own @> coalesce(o.ts_utc, n.ts_utc) AND NOT r.others @> coalesce(o.ts_utc, n.ts_utc)
            ELSE {rollups} AND coalesce(n.ours, false) AND x.ended <= $4
              AND NOT r.others && tstzrange(coalesce(o.ts_utc, n.ts_utc), x.ended) END
       AND NOT EXISTS (SELECT FROM dxy.correction AS k
                       WHERE k.canonical_symbol = ANY ($5::text[]) AND k.timeframe = '1m' AND k.table_name = 'data_bars'
                         AND k.replaced_at >= $4
                         AND k.ts_utc >= coalesce(o.ts_utc, n.ts_utc) AND k.ts_utc < x.ended) AS kept
FROM (SELECT b.timeframe::text AS timeframe, {time of b} AS ts_utc, {version of b} AS version,
             ROW({columns of b})::text AS line, b AS kept_columns,
             row_number() OVER (PARTITION BY b.timeframe, b.ts_utc, {version of b} ORDER BY {order of b}) AS n
      FROM {backup} AS b WHERE b.canonical_symbol = $1 AND b.ts_utc >= {from} AND b.ts_utc < {to}) AS o
FULL JOIN (SELECT b.timeframe::text AS timeframe, {time of b} AS ts_utc, {version of b} AS version,
                  ROW({columns of b})::text AS line, b.tableoid AS part, b.ctid AS place,
                  coalesce(jsonb_typeof(to_jsonb(b)->'raw'->'inputs') IN ('object', 'number'), false) AS ours,
                  row_number() OVER (PARTITION BY b.timeframe, b.ts_utc, {version of b} ORDER BY {order of b}) AS n
           FROM {table} AS b WHERE b.canonical_symbol = $1 AND b.ts_utc >= {from} AND b.ts_utc < {to}) AS n
  ON n.timeframe = o.timeframe AND n.ts_utc = o.ts_utc AND n.version = o.version AND n.n = o.n
CROSS JOIN LATERAL (SELECT coalesce(o.ts_utc, n.ts_utc) + coalesce(dxy.length_of(coalesce(o.timeframe, n.timeframe)),
  interval '1 minute') AS ended) AS x
CROSS JOIN (SELECT coalesce(range_agg(tstzrange(t.first_ts, t.last_ts, '[]')) FILTER (WHERE t.own), '{}') AS own,
                   coalesce(range_agg(tstzrange(t.first_ts, t.last_ts, '[]')) FILTER (WHERE NOT t.own), '{}') AS others
            FROM dxy.touch AS t WHERE t.symbol = $1 AND t.table_name = '{name}' AND t.last_ts >= $2 AND t.first_ts < $3) AS r
WHERE o.line IS DISTINCT FROM n.line
