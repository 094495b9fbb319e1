SELECT count(*) FROM dxy.run_event AS e WHERE e.run = $1 AND e.kind = 'retried'
