-- $1 the symbol, $2 and $3 the lowest and highest plausible price, $4 the return that no bar has, $5 one worth a look, $6 as of: every bar,
-- copied or derived, of each timeframe. A price that is none (NaN, null) is out of bounds; returns over more than an hour, as
-- over a weekend, are not judged.
WITH bound AS (
  SELECT $2::numeric AS lowest, $3::numeric AS highest, $4::numeric AS impossible, $5::numeric AS remarkable
), bar AS (
  SELECT n.timeframe, n.ts_utc, n.open, n.high, n.low, n.close FROM public.data_bars AS n
  WHERE n.canonical_symbol = $1 AND n.timeframe = '1m' AND n.ts_utc < $6
  UNION ALL
  SELECT d.timeframe, d.ts_utc, d.open, d.high, d.low, d.close FROM public.derived_data_bars AS d
  WHERE d.canonical_symbol = $1 AND d.timeframe <> '1m' AND d.deleted_at IS NULL AND d.ts_utc < $6
), judged AS (
  SELECT b.timeframe, b.ts_utc, b.low, b.high, x.impossible, x.remarkable,
         coalesce(b.open BETWEEN x.lowest AND x.highest AND b.high BETWEEN x.lowest AND x.highest AND b.low BETWEEN x.lowest AND x.highest
                  AND b.close BETWEEN x.lowest AND x.highest AND b.low <= least(b.open, b.close) AND b.high >= greatest(b.open, b.close),
                  false) AS plausible,
         CASE WHEN b.ts_utc - lag(b.ts_utc) OVER w <= interval '1 hour' AND lag(b.close) OVER w BETWEEN x.lowest AND x.highest
              THEN abs(b.close / nullif(lag(b.close) OVER w, 0) - 1) END AS move
  FROM bar AS b, bound AS x
  WINDOW w AS (PARTITION BY b.timeframe ORDER BY b.ts_utc)
)
SELECT j.timeframe, count(*) AS bars, min(j.ts_utc) AS first_bar, max(j.ts_utc) AS last_bar,
       (min(j.low) FILTER (WHERE j.plausible))::double precision AS lowest,
         (max(j.high) FILTER (WHERE j.plausible))::double precision AS highest,
       count(*) FILTER (WHERE NOT j.plausible) AS implausible, min(j.ts_utc) FILTER (WHERE NOT j.plausible) AS first_implausible,
       count(*) FILTER (WHERE j.plausible AND j.move > j.impossible) AS impossible_moves,
       min(j.ts_utc) FILTER (WHERE j.plausible AND j.move > j.impossible) AS first_impossible,
       count(*) FILTER (WHERE j.plausible AND j.move > j.remarkable) AS remarkable_moves,
       (max(j.move) FILTER (WHERE j.plausible))::double precision AS greatest_move
FROM judged AS j GROUP BY j.timeframe ORDER BY j.timeframe
