SELECT b.step, count(*), sum(b.rows)::bigint, sum(b.took_ms), max(b.took_ms) FROM dxy.run_batch AS b WHERE b.run = $1 GROUP BY b.step
  ORDER BY min(b.at)
