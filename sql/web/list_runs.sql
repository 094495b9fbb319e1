-- Every run, the newest first. The last column is its revision: it changes with whatever an operator decides by, and not with the rows
-- that the run goes through meanwhile.
SELECT r.name, r.symbol, r.state, r.direction, r.phase, r.step, r.started_by, r.started_at, r.finished_at, r.retention_until,
       r.waiting_since, r.throttled, r.error,
       encode(sha256(convert_to(concat_ws('/', r.state, r.direction, r.phase, r.step, r.settings,
              (SELECT string_agg(concat_ws(',', a.id, a.revoked_at), ';' ORDER BY a.id) FROM dxy.run_approval AS a WHERE a.run = r.name),
              (SELECT string_agg(k.gate, ';' ORDER BY k.gate) FROM dxy.run_ack AS k WHERE k.run = r.name)), 'UTF8')), 'hex')
FROM dxy.run AS r
ORDER BY r.started_at DESC, r.name DESC
LIMIT 1000
