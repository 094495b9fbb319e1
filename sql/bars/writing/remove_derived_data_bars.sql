-- Removes a target's bars of a range. $5 names times: those that go where $6 says so, else those that stay.
-- What is made of them is due with it, so that it is made of the rest. Tells how many went.
WITH gone AS (
  UPDATE public.derived_data_bars AS b SET deleted_at = dxy.now(), updated_at = dxy.now()
  WHERE b.canonical_symbol = $1 AND b.timeframe = $2 AND b.ts_utc >= $3 AND b.ts_utc < $4 AND (b.ts_utc = ANY ($5::timestamptz[])) = $6
    AND b.deleted_at IS NULL
  RETURNING b.ts_utc
), due AS (
  INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, prune, recorded_at)
  SELECT r.symbol, r.timeframe, lower(r.range), upper(r.range), 'change', true, dxy.now()
  FROM (SELECT d.target_symbol AS symbol, d.target_timeframe AS timeframe,
               unnest(range_agg(tstzrange(dxy.bucket(d.target_timeframe, g.ts_utc),
                 dxy.bucket(d.target_timeframe, g.ts_utc) + d.target_length))) AS range
        FROM dxy.dependency AS d, gone AS g WHERE d.input_symbol = $1 AND d.input_timeframe = $2
        GROUP BY 1, 2) AS r
)
SELECT count(*)::integer FROM gone
