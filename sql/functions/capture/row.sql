-- The capture for writers that fire no statement's trigger: the apply worker of a subscription, and a session with
-- session_replication_role = replica. A row trigger, enabled for those alone (ENABLE REPLICA): every other writer passes it
-- by. It says of one row what statements.sql says of a statement's. By to_jsonb: whatever columns a table has, and whatever
-- types; a row a call is the rare way. Times of a table without zones are UTC.
CREATE OR REPLACE FUNCTION dxy.capture_row() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
SET jit = off
AS $$
DECLARE
  v_old jsonb;
  v_new jsonb;
  v_key text[] := ARRAY['canonical_symbol', 'timeframe', 'ts_utc'];
  v_values text[] := ARRAY['open', 'high', 'low', 'close', 'vol', 'vwap', 'trade_count', 'is_partial'];
  v_bars jsonb;
BEGIN
  -- Somebody enabled it for everybody (DISABLE and ENABLE TRIGGER USER around a load do that): the statement's trigger tells.
  IF current_setting('session_replication_role') <> 'replica' THEN
    RETURN NULL;
  END IF;
  v_old := CASE WHEN tg_op <> 'INSERT' THEN to_jsonb(old) END;
  v_new := CASE WHEN tg_op <> 'DELETE' THEN to_jsonb(new) END;

  -- What was softly deleted is no bar.
  IF tg_argv[0] = 'derived_data_bars' THEN
    v_key := v_key || 'derivation_version'::text;
    v_old := CASE WHEN v_old->>'deleted_at' IS NULL THEN v_old END;
    v_new := CASE WHEN v_new->>'deleted_at' IS NULL THEN v_new END;
  END IF;
  v_bars := jsonb_path_query_array(jsonb_build_array(v_old, v_new), '$[*] ? (@.ts_utc != null)');

  IF jsonb_array_length(v_bars) > 0 AND NOT dxy.is_moving()
     AND (SELECT bool_or(v_old->c.name IS DISTINCT FROM v_new->c.name) FROM unnest(v_key || v_values) AS c(name)) THEN
    IF v_old IS NOT NULL AND NOT coalesce((v_old->>'is_partial')::boolean, false) THEN
      INSERT INTO dxy.correction (table_name, canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, source,
        deleted, replaced_at, ended_at)
      SELECT tg_argv[0], o.canonical_symbol, o.timeframe, o.ts_utc, o.open, o.high, o.low, o.close, o.vol, o.vwap, o.trade_count, o.source,
             EXISTS (SELECT FROM unnest(v_key) AS k(name) WHERE v_old->k.name IS DISTINCT FROM v_new->k.name), dxy.now(),
               dxy.transaction_time()
      FROM jsonb_populate_record(NULL::dxy.correction, (
             SELECT jsonb_object_agg(c.key, c.value) FROM jsonb_each(v_old) AS c
             WHERE c.key = ANY (v_key || v_values || 'source'::text) AND c.key <> 'derivation_version'
               AND NOT (c.key = 'trade_count' AND jsonb_typeof(c.value) = 'number'
                 AND abs((c.value #>> '{}')::numeric) > 2147483647))) AS o;
    END IF;

    INSERT INTO dxy.change (table_name, symbols, timeframes, first_ts, last_ts, recorded_at, gone)
    SELECT tg_argv[0], array_agg(DISTINCT b->>'canonical_symbol'), array_agg(DISTINCT b->>'timeframe'),
           min((b->>'ts_utc')::timestamptz), max((b->>'ts_utc')::timestamptz), dxy.now(),
           v_old IS NOT NULL AND EXISTS (SELECT FROM unnest(v_key) AS k(name) WHERE v_old->k.name IS DISTINCT FROM v_new->k.name)
    FROM jsonb_array_elements(v_bars) AS b;
  END IF;
  RETURN NULL;
END
$$;
