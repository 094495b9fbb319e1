-- Compare and set: revision $12 is what the caller last saw (0: none). A row back means it is saved.
INSERT INTO dxy.forming_bar AS f (symbol, timeframe, ts_utc, open, high, low, close, first_tick, last_tick, ticks, source, revision,
  saved_at)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 + 1, dxy.now()
WHERE $12 = 0 OR EXISTS (SELECT FROM dxy.forming_bar AS g WHERE g.symbol = $1 AND g.timeframe = $2 AND g.ts_utc = $3 AND g.revision = $12)
ON CONFLICT (symbol, timeframe, ts_utc) DO UPDATE
SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, first_tick = excluded.first_tick,
    last_tick = excluded.last_tick, ticks = excluded.ticks, source = excluded.source, revision = excluded.revision,
      saved_at = excluded.saved_at
WHERE f.revision = $12
RETURNING f.revision
