-- $1 the run: its samples by verdict.
SELECT s.verdict, s.open, count(*), min(s.at), max(s.at) FROM dxy.run_sample AS s WHERE s.run = $1 GROUP BY s.verdict, s.open ORDER BY s.verdict, s.open
