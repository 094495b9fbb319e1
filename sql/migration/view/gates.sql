SELECT g.gate, g.phase, g.verdict, g.expected, g.observed, g.evidence, g.unblock, g.since, g.checked_at, a.role, a.at, a.note
FROM dxy.run_gate AS g LEFT JOIN dxy.run_ack AS a ON a.run = g.run AND a.gate = g.gate
WHERE g.run = $1
ORDER BY g.phase, g.gate
