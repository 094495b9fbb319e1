-- settled: its final is stored already; only the forming row's removal was lost.
SELECT f.ts_utc, f.open, f.high, f.low, f.close, f.first_tick, f.last_tick, f.ticks, f.source, f.revision,
       EXISTS (SELECT FROM public.data_bars AS b
               WHERE b.canonical_symbol = f.symbol AND b.timeframe = f.timeframe AND b.ts_utc = f.ts_utc AND NOT b.is_partial) AS settled
FROM dxy.forming_bar AS f WHERE f.symbol = $1 AND f.timeframe = $2 ORDER BY f.ts_utc
