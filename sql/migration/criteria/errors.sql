-- $1 the symbol, $2 the run, $3 and $4 from and to: what went wrong, each kind with its count, the newest time and an example.
SELECT 'failing minutes' AS kind, count(*) AS errors, max(s.at) AS newest,
       (SELECT left(f.checks::text, 200) FROM dxy.run_sample AS f WHERE f.run = $2 AND f.verdict = 'FAIL' AND f.at >= $3 AND f.at < $4
         ORDER BY f.at DESC LIMIT 1) AS example
FROM dxy.run_sample AS s WHERE s.run = $2 AND s.verdict = 'FAIL' AND s.at >= $3 AND s.at < $4
UNION ALL
SELECT 'failures of the run', count(*), max(e.at), (array_agg(left(e.detail::text, 200) ORDER BY e.seq DESC))[1]
FROM dxy.run_event AS e WHERE e.run = $2 AND e.kind = 'failed' AND e.at >= $3 AND e.at < $4
UNION ALL
SELECT 'work that fails', count(*), max(d.recorded_at),
  (array_agg(left(format('%s/%s: %s', d.symbol, d.timeframe, d.error), 200) ORDER BY d.id DESC))[1]
FROM dxy.due AS d WHERE d.symbol = $1 AND d.error IS NOT NULL
UNION ALL
SELECT 'minutes observed', count(*), max(s.at), NULL FROM dxy.run_sample AS s WHERE s.run = $2 AND s.at >= $3 AND s.at < $4
UNION ALL
SELECT 'attempts tried again', count(*), max(e.at), (array_agg(left(e.detail::text, 200) ORDER BY e.seq DESC))[1]
FROM dxy.run_event AS e WHERE e.run = $2 AND e.kind = 'attempt failed' AND e.at >= $3 AND e.at < $4
