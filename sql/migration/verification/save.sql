-- A portion's result and how far it came, for whoever read the checkpoint $2: another who was faster has changed it.
UPDATE dxy.verification
SET checkpoint = $3::jsonb, state = $4, compared = $5, missing = $6, extra = $7, different = $8, explained = $9, samples = $10::jsonb,
    finished_at = CASE WHEN $4 <> 'running' THEN dxy.now() END
WHERE id = $1 AND state = 'running' AND checkpoint = $2::jsonb
