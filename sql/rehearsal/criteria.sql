-- The plan's seven success criteria, each with what shows it. $1 run, $2 symbol.
WITH began AS (
  SELECT coalesce((SELECT s.finished_at FROM dxy.run_step AS s WHERE s.run = $1 AND s.step = 'derive/dual-write'), r.started_at) AS dual,
         coalesce((SELECT max(s.finished_at) FROM dxy.run_step AS s WHERE s.run = $1 AND s.step LIKE 'switch/%'), r.started_at) AS switched,
         coalesce(r.finished_at, dxy.now()) AS ended
  FROM dxy.run AS r WHERE r.name = $1
), bars AS (
  SELECT count(*) FILTER (WHERE b.source = 'synthetic') AS own, count(*) FILTER (WHERE b.source <> 'synthetic') AS others,
         (SELECT count(*) FROM dxy.run_conflict AS c WHERE c.run = $1 AND c.resolution = 'keep_target') AS kept
  FROM public.data_bars AS b WHERE b.canonical_symbol = $2 AND b.timeframe = '1m'
), component AS (
  SELECT d.input_symbol AS symbol FROM dxy.dependency AS d WHERE d.target_symbol = $2 AND d.target_timeframe = '1m'
), due AS (
  SELECT b.ts_utc
  FROM began AS g, public.data_bars AS b
  WHERE b.canonical_symbol IN (SELECT c.symbol FROM component AS c) AND b.timeframe = '1m' AND NOT b.is_partial AND b.ts_utc >= g.dual AND b.ts_utc < g.ended - interval '1 minute'
  GROUP BY b.ts_utc
  HAVING count(DISTINCT b.canonical_symbol) = (SELECT count(*) FROM component AS c)
), minutes AS (
  SELECT count(*) AS expected, count(b.ts_utc) AS present
  FROM due AS d LEFT JOIN public.data_bars AS b ON b.canonical_symbol = $2 AND b.timeframe = '1m' AND b.ts_utc = d.ts_utc
), folded AS (
  SELECT t.timeframe, k.bucket, (array_agg(b.open ORDER BY b.ts_utc))[1] AS open, max(b.high) AS high, min(b.low) AS low,
         (array_agg(b.close ORDER BY b.ts_utc DESC))[1] AS close
  FROM began AS g, (VALUES ('5m', interval '5 minutes'), ('1h', interval '1 hour')) AS t(timeframe, length), public.data_bars AS b,
       LATERAL (SELECT date_bin(t.length, b.ts_utc, timestamptz '2000-01-01 00:00:00+00') AS bucket) AS k
  WHERE b.canonical_symbol = $2 AND b.timeframe = '1m' AND NOT b.is_partial AND k.bucket >= g.switched AND k.bucket + t.length < g.ended - interval '1 minute'
  GROUP BY t.timeframe, k.bucket
), rollups AS (
  SELECT count(*) AS expected, count(d.ts_utc) AS present,
         count(*) FILTER (WHERE (d.open, d.high, d.low, d.close) IS DISTINCT FROM (f.open, f.high, f.low, f.close)) AS wrong
  FROM folded AS f
  LEFT JOIN public.derived_data_bars AS d ON d.canonical_symbol = $2 AND d.timeframe = f.timeframe AND d.ts_utc = f.bucket AND d.deleted_at IS NULL
), samples AS (
  SELECT count(*) AS taken, count(*) FILTER (WHERE s.verdict = 'PASS') AS passed, count(*) FILTER (WHERE s.verdict = 'FAIL') AS failed,
         count(*) FILTER (WHERE s.checks @> '[{"name": "freshness", "status": "PASS"}]') AS fresh,
         count(*) FILTER (WHERE s.checks @> '[{"name": "outliers", "status": "PASS"}]') AS level
  FROM dxy.run_sample AS s WHERE s.run = $1 AND s.open
), stuck AS (
  SELECT count(*) AS pieces FROM dxy.due AS d WHERE d.attempts > 0
), prices AS (
  SELECT min(b.low) AS low, max(b.high) AS high
  FROM began AS g, public.data_bars AS b WHERE b.canonical_symbol = $2 AND b.timeframe = '1m' AND b.ts_utc >= g.dual
)
SELECT v.criterion, v.holds, v.evidence
FROM bars AS b, minutes AS m, rollups AS r, samples AS s, stuck AS k, prices AS p,
LATERAL (VALUES
  ($2 || ' 1m bars present in data_bars with source ''synthetic''', b.own > 0 AND b.others <= b.kept,
   format('%s bars; %s of another source, %s kept by decision', b.own, b.others, b.kept)),
  ('New bars every minute in data_bars', m.expected > 0 AND m.present = m.expected, format('%s of %s minutes since the dual write began', m.present, m.expected)),
  ($2 || ' 5m and 1h bars still produced on schedule', r.expected > 0 AND r.present = r.expected, format('%s of %s buckets since the switch', r.present, r.expected)),
  ('Aggregation reads data_bars alone', r.expected > 0 AND r.wrong = 0 AND NOT EXISTS (SELECT FROM dxy.route AS t WHERE t.symbol = $2 AND t.mode <> 'new'),
   format('%s of %s buckets since the switch differ from a fold of data_bars; the route is %s', r.wrong, r.expected,
          coalesce((SELECT t.mode FROM dxy.route AS t WHERE t.symbol = $2), 'new'))),
  ('No errors for 24 hours', s.taken > 0 AND s.failed = 0 AND k.pieces = 0,
   format('%s samples of an open market: %s PASS, %s FAIL; %s pieces of work stuck', s.taken, s.passed, s.failed, k.pieces)),
  ('Price freshness under 5 minutes', s.taken > 0 AND s.fresh = s.taken, format('%s of %s samples', s.fresh, s.taken)),
  ('No price outliers', s.taken > 0 AND s.level = s.taken AND p.low >= 50 AND p.high <= 200,
   format('%s of %s samples; between %s and %s since the dual write', s.level, s.taken, round(p.low, 3), round(p.high, 3)))
) AS v(criterion, holds, evidence)
