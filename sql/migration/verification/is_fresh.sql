-- Whether nothing touched the verification's range since its snapshot. Where nobody watched since before it, that can't be known.
SELECT EXISTS (SELECT FROM dxy.watched AS w WHERE w.symbol = v.symbol AND w.since <= v.started_at)
       AND NOT EXISTS (
         SELECT FROM dxy.touch AS t
         WHERE t.symbol = v.symbol AND t.last_ts >= v.from_ts AND t.first_ts < v.to_ts
           AND t.xid >= pg_snapshot_xmin(v.snapshot) AND NOT pg_visible_in_snapshot(t.xid, v.snapshot))
FROM dxy.verification AS v
WHERE v.id = $1
