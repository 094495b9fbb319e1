-- When the run's readers had switched: what was verified before says nothing of how they read now.
SELECT max(s.finished_at) FROM dxy.run_step AS s WHERE s.run = $1 AND s.phase = 5 AND s.state = 'done'
