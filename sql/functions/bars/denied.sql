-- Derived rows stand when inputs of theirs go (a host keeps 90 days of pairs and the index for ever), but only while every
-- input that is left says what the row was made of. These tell which rows an input that is left denies: they are made anew
-- from what is there, or retired where nothing can be. jit off: over a table in many partitions compiling took two seconds of
-- what takes a few milliseconds.

-- An index's minutes of a range that are stored in p_table: a close of theirs that still stands isn't the one they recorded,
-- or is final no longer.
CREATE OR REPLACE FUNCTION dxy.denied_minutes(p_symbol text, p_table text, p_from timestamptz, p_to timestamptz) RETURNS SETOF timestamptz
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
  SELECT s.ts_utc
  FROM (
    SELECT b.ts_utc, b.raw FROM public.data_bars AS b
    WHERE p_table = 'data_bars' AND b.canonical_symbol = p_symbol AND b.timeframe = '1m' AND b.ts_utc >= p_from AND b.ts_utc < p_to
    UNION ALL
    (SELECT DISTINCT ON (b.ts_utc) b.ts_utc, b.raw FROM public.derived_data_bars AS b
     WHERE p_table = 'derived_data_bars' AND b.deleted_at IS NULL AND b.canonical_symbol = p_symbol AND b.timeframe = '1m'
       AND b.ts_utc >= p_from AND b.ts_utc < p_to
     ORDER BY b.ts_utc, b.derivation_version DESC NULLS LAST, b.updated_at DESC NULLS LAST, b.ctid DESC)
  ) AS s
  WHERE jsonb_typeof(s.raw->'inputs') = 'object' AND EXISTS (
    SELECT
    FROM jsonb_each(s.raw->'inputs') AS i(symbol, close),
         LATERAL (SELECT CASE WHEN s.raw->'ages'->>i.symbol ~ '^[0-9]{1,4}$' THEN (s.raw->'ages'->>i.symbol)::integer
           ELSE 0 END AS minutes) AS age,
         LATERAL (SELECT b.close, b.is_partial FROM public.data_bars AS b
                  WHERE b.canonical_symbol = i.symbol AND b.timeframe = '1m' AND b.ts_utc = s.ts_utc - age.minutes * interval '1 minute'
                    AND (b.is_partial OR dxy.is_price(b.close))
                  ORDER BY b.is_partial LIMIT 1) AS b
    -- Recorded with the digits that a double keeps.
    WHERE CASE WHEN jsonb_typeof(i.close) = 'number' THEN b.is_partial OR i.close::numeric <> b.close::double precision::numeric
      ELSE false END)
$$;

-- A rollup's buckets of a range, folded from the symbol's 1m bars in p_table: an input that is left has other values than when
-- the bucket was last written, is final no longer, or lies beyond its high or low.
CREATE OR REPLACE FUNCTION dxy.denied_buckets(p_symbol text, p_timeframe text, p_table text, p_from timestamptz,
  p_to timestamptz) RETURNS SETOF timestamptz
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET jit = off
AS $$
  SELECT s.ts_utc
  FROM (
    SELECT DISTINCT ON (b.ts_utc) b.ts_utc, b.high, b.low, b.raw, b.updated_at FROM public.derived_data_bars AS b
    WHERE b.deleted_at IS NULL AND b.canonical_symbol = p_symbol AND b.timeframe = p_timeframe AND b.ts_utc >= p_from AND b.ts_utc < p_to
    ORDER BY b.ts_utc, b.derivation_version DESC NULLS LAST, b.updated_at DESC NULLS LAST, b.ctid DESC
  ) AS s
  WHERE jsonb_typeof(s.raw->'inputs') = 'number' AND EXISTS (
    SELECT
    FROM (
      SELECT b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial FROM public.data_bars AS b
      WHERE p_table = 'data_bars' AND b.canonical_symbol = p_symbol AND b.timeframe = '1m' AND b.ts_utc >= s.ts_utc
        AND b.ts_utc < s.ts_utc + dxy.length_of(p_timeframe)
      UNION ALL
      (SELECT DISTINCT ON (b.ts_utc) b.ts_utc, b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count, b.is_partial
        FROM public.derived_data_bars AS b
       WHERE p_table = 'derived_data_bars' AND b.deleted_at IS NULL AND b.canonical_symbol = p_symbol AND b.timeframe = '1m'
         AND b.ts_utc >= s.ts_utc AND b.ts_utc < s.ts_utc + dxy.length_of(p_timeframe)
       ORDER BY b.ts_utc, b.derivation_version DESC NULLS LAST, b.updated_at DESC NULLS LAST, b.ctid DESC)
    ) AS b
    -- What the bucket was made of: the first values that were replaced after it was written.
    LEFT JOIN LATERAL (
      SELECT c.open, c.high, c.low, c.close, c.vol, c.vwap, c.trade_count FROM dxy.correction AS c
      WHERE c.table_name = p_table AND c.canonical_symbol = p_symbol AND c.timeframe = '1m' AND c.ts_utc = b.ts_utc
        AND c.replaced_at >= s.updated_at
      ORDER BY c.replaced_at, c.id LIMIT 1) AS c ON true
    WHERE CASE WHEN b.is_partial THEN c.close IS NOT NULL ELSE dxy.bar_fault(b.open, b.high, b.low, b.close) IS NULL
      AND (b.high > s.high OR b.low < s.low
           OR (c.close IS NOT NULL AND (b.open, b.high, b.low, b.close, b.vol, b.vwap, b.trade_count) IS DISTINCT FROM (c.open, c.high,
             c.low, c.close, c.vol, c.vwap, c.trade_count))) END)
$$;
