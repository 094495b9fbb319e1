-- What may have been written while a capture trigger was missing: all that a table or partition holds of what is derived, or
-- derived from, is due. Called when the trigger has been put on, in the same transaction: nobody writes between. Where nothing
-- has been derived yet (a first install) there is nothing to make good. The table's bounds are looked up by its index where it
-- has one, so that its writers wait for milliseconds. Times of a table without zones are UTC.
CREATE OR REPLACE FUNCTION dxy.recapture(p_relation regclass, p_table text) RETURNS void
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET jit = off
SET enable_seqscan = off
AS $$
DECLARE
  v_now timestamptz := dxy.now();
  v_series record;
  v_active text := CASE WHEN EXISTS (SELECT FROM pg_attribute WHERE attrelid = p_relation AND attname = 'deleted_at' AND NOT attisdropped)
    AND p_table = 'derived_data_bars'
                        THEN 'AND b.deleted_at IS NULL' ELSE '' END;
  v_indexed boolean := EXISTS (SELECT FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
                               WHERE i.indrelid = p_relation AND i.indisvalid AND a.attname = 'canonical_symbol')
                   AND (SELECT bool_and(a.atttypid IN ('text'::regtype, 'varchar'::regtype)) FROM pg_attribute AS a
                        WHERE a.attrelid = p_relation AND a.attname IN ('canonical_symbol', 'timeframe'));
BEGIN
  IF NOT EXISTS (SELECT FROM dxy.adopted) THEN
    RETURN;
  END IF;

  FOR v_series IN EXECUTE format(
    CASE WHEN v_indexed THEN
      $q$ SELECT s.symbol, s.timeframe, r.first_ts, r.last_ts
          FROM (SELECT d.input_symbol, d.input_timeframe FROM dxy.dependency AS d
                UNION SELECT d.target_symbol, d.target_timeframe FROM dxy.dependency AS d) AS s(symbol, timeframe),
               LATERAL (SELECT min(b.ts_utc)::timestamptz AS first_ts, max(b.ts_utc)::timestamptz AS last_ts FROM %s AS b
                        WHERE b.canonical_symbol = s.symbol AND b.timeframe = s.timeframe AND b.ts_utc >= %L AND b.ts_utc < %L %s) AS r
          WHERE r.first_ts IS NOT NULL $q$
    ELSE
      $q$ SELECT b.canonical_symbol::text AS symbol, b.timeframe::text AS timeframe,
                 min(b.ts_utc)::timestamptz AS first_ts, max(b.ts_utc)::timestamptz AS last_ts
          FROM %s AS b WHERE b.ts_utc >= %L AND b.ts_utc < %L %s
          GROUP BY 1, 2 $q$
    END, p_relation, lower(dxy.derivable()), upper(dxy.derivable()), v_active)
  LOOP
    INSERT INTO dxy.change (table_name, symbols, timeframes, first_ts, last_ts, recorded_at)
    SELECT p_table, ARRAY[v_series.symbol], ARRAY[v_series.timeframe], v_series.first_ts, v_series.last_ts, v_now
    WHERE EXISTS (SELECT FROM dxy.dependency AS d WHERE d.input_symbol = v_series.symbol AND d.input_timeframe = v_series.timeframe);

    INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, recorded_at)
    SELECT DISTINCT d.target_symbol, d.target_timeframe, dxy.bucket(d.target_timeframe, v_series.first_ts),
      dxy.bucket(d.target_timeframe, v_series.last_ts) + d.target_length, 'change', v_now
    FROM dxy.dependency AS d WHERE d.target_symbol = v_series.symbol AND d.target_timeframe = v_series.timeframe;
  END LOOP;
END
$$;
