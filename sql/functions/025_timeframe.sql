-- A timeframe's length; null for a name that is none.
CREATE OR REPLACE FUNCTION dxy.length_of(p_timeframe text) RETURNS interval
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE p_timeframe
    WHEN '1m' THEN interval '1 minute' WHEN '5m' THEN interval '5 minutes' WHEN '15m' THEN interval '15 minutes'
    WHEN '30m' THEN interval '30 minutes' WHEN '1h' THEN interval '1 hour' WHEN '4h' THEN interval '4 hours'
    WHEN '1d' THEN interval '1 day' END
$$;

-- The open of the bar that contains an instant; grids are anchored at 00:00Z.
CREATE OR REPLACE FUNCTION dxy.bucket(p_timeframe text, p_ts timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT date_bin(dxy.length_of(p_timeframe), p_ts, timestamptz '2000-01-01 00:00:00+00')
$$;
