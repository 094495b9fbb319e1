SELECT s.step, s.phase, s.state, s.checkpoint::text, s.done, s.total FROM dxy.run_step AS s WHERE s.run = $1
