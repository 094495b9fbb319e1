-- Final closes of one component as two columns of bytes, in the same order, which is none: times (microseconds since
-- 2000-01-01T00:00:00Z, eight bytes each, the highest first) and closes as the server sends a numeric: it makes a double of
-- one by way of its text. One row instead of thousands costs the server half and the reader next to nothing. A close that is
-- null goes as NaN: both columns keep step.
SELECT string_agg(timestamptz_send(b.ts_utc), ''), string_agg(coalesce(numeric_send(b.close), numeric_send('NaN'::numeric)), '')
FROM public.data_bars AS b
WHERE b.canonical_symbol = $1 AND b.timeframe = '1m' AND b.ts_utc >= $2 AND b.ts_utc < $3 AND NOT b.is_partial
