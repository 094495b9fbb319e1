-- How much is waiting: recorded changes not yet expanded, and due work that is ripe and not set apart, in minutes of bars. $1:
-- of these targets' symbols, null: of all.
SELECT (SELECT count(*) FROM dxy.change AS c WHERE $1::text[] IS NULL OR c.symbols && ARRAY(
          SELECT DISTINCT p.input_symbol FROM dxy.dependency AS p WHERE p.target_symbol = ANY ($1))),
       coalesce(sum(extract(epoch FROM least(d.to_ts, n.at) - d.from_ts) / 60) FILTER (WHERE ripe), 0)::double precision,
       min(greatest(d.recorded_at, d.from_ts + dxy.length_of(d.timeframe), d.retry_at)) FILTER (WHERE ripe),
       count(*) FILTER (WHERE d.attempts > 0),
       coalesce(max(d.attempts), 0),
       n.at
FROM (SELECT dxy.now() AS at) AS n
LEFT JOIN LATERAL (
  SELECT d.*, d.from_ts + dxy.length_of(d.timeframe) + interval '2 seconds' <= n.at AND (d.retry_at IS NULL OR d.retry_at <= n.at) AS ripe
  FROM dxy.due AS d WHERE $1::text[] IS NULL OR d.symbol = ANY ($1)
) AS d ON true
GROUP BY n.at
