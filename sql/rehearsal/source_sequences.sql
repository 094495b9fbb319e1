SELECT format('%I.%I', s.schemaname, s.sequencename), s.last_value FROM pg_sequences AS s
WHERE s.last_value IS NOT NULL AND s.schemaname NOT IN ('dxy', 'dxy_orleans', 'dxy_backup')
