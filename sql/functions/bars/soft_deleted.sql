-- What the host softly deleted stays deleted: bars of a series in derived_data_bars whose last end was that, and that have no
-- active row now. What we retired, or somebody deleted outright, is not among them.
CREATE OR REPLACE FUNCTION dxy.soft_deleted(p_symbol text, p_timeframe text, p_from timestamptz, p_to timestamptz) RETURNS SETOF timestamptz
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
  SELECT e.ts_utc
  FROM (SELECT DISTINCT ON (c.ts_utc) c.ts_utc, c.soft FROM dxy.correction AS c
        WHERE c.table_name = 'derived_data_bars' AND c.canonical_symbol = p_symbol AND c.timeframe = p_timeframe AND c.ts_utc >= p_from
          AND c.ts_utc < p_to AND NOT c.absent
        ORDER BY c.ts_utc, c.replaced_at DESC, c.id DESC) AS e
  WHERE e.soft AND NOT EXISTS (
    SELECT FROM public.derived_data_bars AS b
    WHERE b.canonical_symbol = p_symbol AND b.timeframe = p_timeframe AND b.ts_utc = e.ts_utc AND b.deleted_at IS NULL)
$$;
