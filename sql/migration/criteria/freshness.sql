-- $1 the symbol, $2 as of: the newest bar.
SELECT max(n.ts_utc) AS newest_bar, $2::timestamptz AS as_of
FROM public.data_bars AS n WHERE n.canonical_symbol = $1 AND n.timeframe = '1m' AND n.ts_utc < $2
