-- What a host's table may hold and what counts of it: the same rules as in HostRow.cs, for statements that look at rows
-- without reading them. Never an error, whatever stands there.

-- Whether a number can be a price: above zero and below what numeric(20,8) can't hold; not for null, NaN and infinities.
CREATE OR REPLACE FUNCTION dxy.is_price(p_price numeric) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT coalesce(p_price > 0 AND p_price < 1000000000000, false)
$$;

-- Why four prices are no bar: the column and what it says; null where they are one.
CREATE OR REPLACE FUNCTION dxy.bar_fault(p_open numeric, p_high numeric, p_low numeric, p_close numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE
    WHEN NOT dxy.is_price(round(p_open, 8)) THEN 'open is ' || coalesce(left(p_open::text, 40), 'null')
    WHEN NOT dxy.is_price(round(p_high, 8)) THEN 'high is ' || coalesce(left(p_high::text, 40), 'null')
    WHEN NOT dxy.is_price(round(p_low, 8)) THEN 'low is ' || coalesce(left(p_low::text, 40), 'null')
    WHEN NOT dxy.is_price(round(p_close, 8)) THEN 'close is ' || coalesce(left(p_close::text, 40), 'null')
    WHEN round(p_high, 8) < round(p_low, 8) THEN format('high is %s, below low %s', left(p_high::text, 40), left(p_low::text, 40))
    WHEN round(p_open, 8) NOT BETWEEN round(p_low, 8)
      AND round(p_high, 8) THEN format('open is %s, outside low %s to high %s', left(p_open::text, 40), left(p_low::text, 40),
      left(p_high::text, 40))
    WHEN round(p_close, 8) NOT BETWEEN round(p_low, 8)
      AND round(p_high, 8) THEN format('close is %s, outside low %s to high %s', left(p_close::text, 40), left(p_low::text, 40),
      left(p_high::text, 40))
  END
$$;

-- A volume as it counts: at 18 places, or as many as leave 28 digits; null where it is unknown (null, below zero, NaN, 1e15 and more).
CREATE OR REPLACE FUNCTION dxy.known_volume(p_volume numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN v.volume < 1000000000000000 THEN v.volume END
  FROM (SELECT CASE WHEN p_volume >= 0 AND p_volume < 1000000000000000 THEN round(p_volume,
    least(18, 28 - length(trunc(p_volume)::text))) END AS volume) AS v
$$;

-- A count of trades as it counts; null where it is unknown. Any type that a host's column has.
CREATE OR REPLACE FUNCTION dxy.known_count(p_count numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN p_count BETWEEN 0 AND 2147483647 THEN trunc(p_count) END
$$;

-- A time for people, whatever it is: the driver has no words for those beyond the years 1 to 9999.
CREATE OR REPLACE FUNCTION dxy.time_text(p_ts timestamptz) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN isfinite(p_ts) THEN to_char(p_ts AT TIME ZONE 'UTC', 'FMYYYY-MM-DD"T"HH24:MI:SS"Z"') ||
    CASE WHEN p_ts < '0001-01-01 00:00:00+00' THEN ' BC' ELSE '' END ELSE p_ts::text END
$$;

-- A price for people and files: eight places where it has a price's size, else as it is.
CREATE OR REPLACE FUNCTION dxy.price_text(p_price numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN abs(p_price) < 1000000000000 THEN round(p_price, 8) ELSE p_price END::text
$$;

-- A time that the driver has a word for; null for the others.
CREATE OR REPLACE FUNCTION dxy.on_calendar(p_ts timestamptz) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT CASE WHEN p_ts >= timestamptz '0001-01-02 00:00:00+00' AND p_ts < timestamptz '9999-12-30 00:00:00+00' THEN p_ts END
$$;
