-- A timeframe's length; null for a name that is none.
CREATE OR REPLACE FUNCTION dxy.length_of(p_timeframe text) RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE p_timeframe
    WHEN '1m' THEN interval '1 minute' WHEN '5m' THEN interval '5 minutes' WHEN '15m' THEN interval '15 minutes'
    WHEN '30m' THEN interval '30 minutes' WHEN '1h' THEN interval '1 hour' WHEN '4h' THEN interval '4 hours'
    WHEN '1d' THEN interval '24 hours' END
$$;

-- The open of the bar that contains an instant; grids are anchored at 00:00Z.
CREATE OR REPLACE FUNCTION dxy.bucket(p_timeframe text, p_ts timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT date_bin(dxy.length_of(p_timeframe), p_ts, timestamptz '2000-01-01 00:00:00+00')
$$;

-- The opens of bars that are derived. A table takes what its other writers put into it, infinity and the year 4713 BC too: no
-- range reaches there, for work is recorded by the week.
CREATE OR REPLACE FUNCTION dxy.derivable() RETURNS tstzrange
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
AS $$
  SELECT tstzrange(timestamptz '1970-01-01 00:00:00+00', dxy.now() + interval '8784 hours')
$$;
