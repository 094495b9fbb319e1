-- Lets go of p_limit of the oldest rows of what only grows, as far as they are older than p_keep: corrections, what the sweep
-- found, and notes of writes to symbols that no migration watches any more. Returns how many went; fewer than p_limit of each
-- are left to go when it is none. Rows stand in the order in which they came, so that the oldest are found by their key,
-- without an index that each writer would pay for. What the host deleted softly is no record but an order: nobody makes such a
-- bar again, however long ago that was, until something newer is said of it. By the owner's rights: a silo may forget what is
-- old and change nothing of what is not. Less than 30 days nobody may ask for.
CREATE OR REPLACE FUNCTION dxy.forget(p_keep interval, p_limit integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
DECLARE
  v_before  timestamptz := dxy.now() - p_keep;
  v_since   timestamptz;
  v_gone    bigint;
  v_missed  bigint;
  v_touched bigint;
BEGIN
  IF p_keep < interval '30 days' THEN
    RAISE EXCEPTION 'records are kept for 30 days at least, not %', p_keep USING ERRCODE = 'invalid_parameter_value';
  END IF;

  WITH gone AS (
    DELETE FROM dxy.correction AS c
    USING (SELECT o.id FROM dxy.correction AS o
           WHERE NOT o.soft OR EXISTS (SELECT FROM dxy.correction AS l
                                       WHERE l.canonical_symbol = o.canonical_symbol AND l.timeframe = o.timeframe AND l.ts_utc = o.ts_utc
                                         AND l.table_name = o.table_name AND l.id > o.id AND NOT l.absent)
           ORDER BY o.id LIMIT p_limit) AS oldest
    WHERE c.id = oldest.id AND c.replaced_at < v_before
    RETURNING c.replaced_at
  )
  SELECT count(*), max(g.replaced_at) INTO v_gone, v_since FROM gone AS g;
  IF v_gone > 0 THEN
    INSERT INTO dxy.kept AS k (table_name, since) VALUES ('correction', v_since)
    ON CONFLICT (table_name) DO UPDATE SET since = greatest(k.since, excluded.since);
  END IF;

  DELETE FROM dxy.missed AS m
  USING (SELECT o.id FROM dxy.missed AS o ORDER BY o.id LIMIT p_limit) AS oldest
  WHERE m.id = oldest.id AND m.found_at < v_before;
  GET DIAGNOSTICS v_missed = ROW_COUNT;

  DELETE FROM dxy.touch AS t
  USING (SELECT o.id FROM dxy.touch AS o WHERE NOT EXISTS (SELECT FROM dxy.watched AS w WHERE w.symbol = o.symbol)
    ORDER BY o.id LIMIT p_limit) AS oldest
  WHERE t.id = oldest.id AND t.at < v_before;
  GET DIAGNOSTICS v_touched = ROW_COUNT;
  RETURN v_gone + v_missed + v_touched;
END
$$;
