SELECT s.finished_at FROM dxy.run_step AS s WHERE s.run = $1 AND s.step = 'derive/dual-write'
