-- Rows a second of earlier copies in this database; null when there were none.
SELECT sum(p.rows)::double precision / nullif(sum(p.took_ms), 0) * 1000 FROM dxy.run_batch AS p WHERE p.step = 'copy/bars' AND p.rows > 0
