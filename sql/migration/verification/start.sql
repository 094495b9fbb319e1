-- $1 run, $2 symbol, $3 scope, $4 and $5 the range or null for everything up to now.
-- The snapshot is this statement's own: whatever it doesn't see is newer than the verification. Without a given end the range
-- ends with the newest bar there is, so that the live bars that follow it lie outside.
WITH bars AS (
  SELECT least((SELECT min(b.ts_utc) FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $2 AND b.timeframe = '1m'
    AND b.deleted_at IS NULL),
               (SELECT min(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $2 AND b.timeframe = '1m')) AS oldest,
         greatest((SELECT max(b.ts_utc) FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $2 AND b.timeframe = '1m'
           AND b.deleted_at IS NULL),
                  (SELECT max(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $2 AND b.timeframe = '1m')) AS newest
), span AS (
  -- Older than anything there is by default, so that what is added before the first bar lies inside.
  SELECT coalesce($4, least(timestamptz '1970-01-01 00:00:00+00', b.oldest)) AS from_ts,
         coalesce($5, least(dxy.now(), b.newest + interval '1 minute'), dxy.now()) AS to_ts
  FROM bars AS b
)
INSERT INTO dxy.verification (run, symbol, scope, from_ts, to_ts, snapshot, state, started_at)
SELECT $1, $2, $3, s.from_ts, greatest(s.from_ts, s.to_ts), pg_current_snapshot(), 'running', dxy.now()
FROM span AS s
RETURNING id, from_ts, to_ts
