-- Whether every write to the bars of the verification $1 was noted since before its snapshot.
SELECT EXISTS (SELECT FROM dxy.watched AS w JOIN dxy.verification AS v ON v.symbol = w.symbol WHERE v.id = $1 AND w.since <= v.started_at)
