-- read_flat_data_bars.sql for the other table: of several versions of one bar the winner, as in read_derived_data_bars.sql.
SELECT count(*), string_agg(timestamptz_send(b.ts_utc), '') FILTER (WHERE b.flat), string_agg(numeric_send(b.close), '') FILTER (WHERE b.flat),
       convert_to(string_agg(coalesce(b.raw::text, ''), E'\n') FILTER (WHERE b.flat), 'UTF8')
FROM (SELECT DISTINCT ON (d.ts_utc) d.ts_utc, d.close, d.raw,
             d.open = d.close AND d.high = d.close AND d.low = d.close AND d.vol = 0 AND d.vwap IS NULL AND d.trade_count = 0 AND NOT d.is_partial AS flat
      FROM public.derived_data_bars AS d
      WHERE d.deleted_at IS NULL AND d.canonical_symbol = $1 AND d.timeframe = $2 AND d.ts_utc >= $3 AND d.ts_utc < $4
      ORDER BY d.ts_utc, d.derivation_version DESC NULLS LAST, d.updated_at DESC NULLS LAST, d.ctid DESC) AS b
