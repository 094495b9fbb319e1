-- Minutes that stood there before the run and that we alone took away since.
INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE
SELECT {old columns}
FROM ({rows}) AS p
WHERE p.now IS NULL AND p.kept AND ({everything} OR p.timeframe = '1m')
ON CONFLICT DO NOTHING
