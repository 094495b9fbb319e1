SELECT e.seq, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'), e.role, e.kind, e.detail::text, e.hash, e.detail->>'step'
FROM dxy.run_event AS e WHERE e.run = $1
ORDER BY e.seq
