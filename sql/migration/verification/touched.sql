-- The days of the verification $1 to read when $2 is trusted: those touched since its snapshot, and those that came after its range.
-- What is under way now is seen by neither this nor the new snapshot, so the next one finds it.
SELECT greatest(lower(r), v.from_ts), least(upper(r), v.to_ts)
FROM dxy.verification AS v
JOIN dxy.verification AS b ON b.id = $2,
LATERAL (
  SELECT range_agg(tstzrange(s.first_ts, s.end_ts)) AS ranges
  FROM (SELECT date_bin(interval '24 hours', t.first_ts, timestamptz '2000-01-01 00:00:00+00') AS first_ts,
               date_bin(interval '24 hours', t.last_ts, timestamptz '2000-01-01 00:00:00+00') + interval '24 hours' AS end_ts
        FROM dxy.touch AS t
        WHERE t.symbol = v.symbol AND t.xid >= pg_snapshot_xmin(b.snapshot) AND NOT pg_visible_in_snapshot(t.xid, b.snapshot)
        UNION ALL
        SELECT b.to_ts, v.to_ts WHERE b.to_ts < v.to_ts) AS s
) AS touched,
LATERAL unnest(touched.ranges) AS r
WHERE v.id = $1 AND lower(r) < v.to_ts AND upper(r) > v.from_ts
ORDER BY 1
