-- An index's stored bars of a range: how many, and of those that look like ours (one price, nothing else) the times as bytes (see read_close_columns.sql), the
-- closes as numeric's bytes, and the provenances, a line each; the three in the same order.
SELECT count(*), string_agg(timestamptz_send(b.ts_utc), '') FILTER (WHERE b.flat), string_agg(numeric_send(b.close), '') FILTER (WHERE b.flat),
       convert_to(string_agg(coalesce(b.raw::text, ''), E'\n') FILTER (WHERE b.flat), 'UTF8')
FROM (SELECT d.ts_utc, d.close, d.raw,
             d.open = d.close AND d.high = d.close AND d.low = d.close AND d.vol = 0 AND d.vwap IS NULL AND d.trade_count = 0 AND NOT d.is_partial AS flat
      FROM public.data_bars AS d
      WHERE d.canonical_symbol = $1 AND d.timeframe = $2 AND d.ts_utc >= $3 AND d.ts_utc < $4) AS b
