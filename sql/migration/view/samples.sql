SELECT count(*), count(*) FILTER (WHERE s.open), count(*) FILTER (WHERE s.open AND s.verdict = 'PASS'),
  count(*) FILTER (WHERE s.open AND s.verdict = 'FAIL'),
       min(s.at), max(s.at)
FROM dxy.run_sample AS s WHERE s.run = $1
