INSERT INTO dxy.run_gate AS g (run, gate, phase, verdict, expected, observed, evidence, unblock, since, checked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, dxy.now(), dxy.now())
ON CONFLICT (run, gate) DO UPDATE
SET phase = excluded.phase, verdict = excluded.verdict, expected = excluded.expected, observed = excluded.observed,
  evidence = excluded.evidence,
    unblock = excluded.unblock, checked_at = excluded.checked_at,
    since = CASE WHEN g.verdict = excluded.verdict THEN g.since ELSE excluded.since END
