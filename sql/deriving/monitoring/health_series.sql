-- What health asks of a series' last day, $3 to $4: newest final row of all, oldest row of all, bars of the day, largest move,
-- lowest low, highest high, rows of the day that are no bars and one of them; times that lie beyond the calendar, ahead and
-- back. $5 names the table. Of the bars those are counted that were expected: from each of $6 to that of $7.
WITH rows AS (
  SELECT b.ts_utc, b.open, b.high, b.low, b.close FROM public.data_bars AS b
  WHERE $5 = 'data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4 AND NOT b.is_partial
  UNION ALL
  SELECT b.ts_utc, b.open, b.high, b.low, b.close FROM (SELECT DISTINCT ON (v.ts_utc) v.* FROM public.derived_data_bars AS v
        WHERE $5 = 'derived_data_bars' AND v.canonical_symbol = $1 AND v.timeframe = $2 AND v.ts_utc >= $3 AND v.ts_utc < $4
          AND v.deleted_at IS NULL
        ORDER BY v.ts_utc, v.derivation_version DESC NULLS LAST, v.updated_at DESC NULLS LAST, v.ctid DESC) AS b
  WHERE NOT b.is_partial
), judged AS MATERIALIZED (
  SELECT r.*, dxy.bar_fault(r.open, r.high, r.low, r.close) AS fault FROM rows AS r
), moves AS (
  SELECT b.ts_utc, b.low, b.high,
         abs(b.close / nullif(lag(b.close) OVER (ORDER BY b.ts_utc), 0) - 1) AS move,
         b.ts_utc - lag(b.ts_utc) OVER (ORDER BY b.ts_utc) AS apart
  FROM judged AS b WHERE b.fault IS NULL
), times(first_ts, last_ts) AS (VALUES (timestamptz '0001-01-02 00:00:00+00', timestamptz '9999-12-30 00:00:00+00'))
SELECT CASE WHEN $5 = 'data_bars'
            THEN (SELECT max(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND NOT b.is_partial
                    AND b.ts_utc >= (SELECT t.first_ts FROM times AS t) AND b.ts_utc < (SELECT t.last_ts FROM times AS t))
            ELSE (SELECT max(b.ts_utc) FROM public.derived_data_bars AS b
                  WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND NOT b.is_partial AND b.deleted_at IS NULL
                    AND b.ts_utc >= (SELECT t.first_ts FROM times AS t) AND b.ts_utc < (SELECT t.last_ts FROM times AS t)) END,
       CASE WHEN $5 = 'data_bars'
            THEN (SELECT min(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2
                    AND b.ts_utc >= (SELECT t.first_ts FROM times AS t) AND b.ts_utc < (SELECT t.last_ts FROM times AS t))
            ELSE (SELECT min(b.ts_utc) FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = $2
              AND b.deleted_at IS NULL
                    AND b.ts_utc >= (SELECT t.first_ts FROM times AS t) AND b.ts_utc < (SELECT t.last_ts FROM times AS t)) END,
       (SELECT count(DISTINCT m.ts_utc)::integer FROM moves AS m, unnest($6::timestamptz[], $7::timestamptz[]) AS e(from_ts, to_ts)
        WHERE m.ts_utc >= e.from_ts AND m.ts_utc < e.to_ts),
       -- Over a closed market prices may open anywhere.
       (SELECT max(m.move)::double precision FROM moves AS m WHERE m.apart < interval '1 hour'),
       (SELECT min(m.low) FROM moves AS m), (SELECT max(m.high) FROM moves AS m),
       (SELECT count(*)::integer FROM judged AS j WHERE j.fault IS NOT NULL),
       (SELECT j.fault || ' (' || $1 || '/' || $2 || ' ' || dxy.time_text(j.ts_utc) || ')' FROM judged AS j WHERE j.fault IS NOT NULL
         ORDER BY j.ts_utc DESC LIMIT 1),
       (SELECT dxy.time_text(max(f.ts_utc)) FROM (
          SELECT max(b.ts_utc) AS ts_utc FROM public.data_bars AS b
          WHERE $5 = 'data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= (SELECT t.last_ts FROM times AS t)
          UNION ALL
          SELECT max(b.ts_utc) FROM public.derived_data_bars AS b
          WHERE $5 = 'derived_data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.deleted_at IS NULL
            AND b.ts_utc >= (SELECT t.last_ts FROM times AS t)) AS f),
       (SELECT dxy.time_text(min(f.ts_utc)) FROM (
          SELECT min(b.ts_utc) AS ts_utc FROM public.data_bars AS b
          WHERE $5 = 'data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc < lower(dxy.derivable())
          UNION ALL
          SELECT min(b.ts_utc) FROM public.derived_data_bars AS b
          WHERE $5 = 'derived_data_bars' AND b.canonical_symbol = $1 AND b.timeframe = $2 AND b.deleted_at IS NULL
            AND b.ts_utc < lower(dxy.derivable())) AS f)
