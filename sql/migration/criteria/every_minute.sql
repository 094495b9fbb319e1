-- $1 the symbol, $2 and $3 from and to: minutes of the FX week, those without a bar, and those of them for which every component has a
-- final price.
WITH component AS (
  SELECT jsonb_array_elements_text(r.metadata->'components') AS symbol FROM public.core_asset_registry_all AS r
  WHERE r.canonical_symbol = $1 AND jsonb_typeof(r.metadata->'components') = 'array'
), minute AS (
  SELECT g.ts FROM generate_series(date_bin('1 minute', $2 + interval '59 s', '2000-01-01Z'), $3 - interval '1 minute',
    interval '1 minute') AS g(ts),
       LATERAL (SELECT g.ts AT TIME ZONE 'America/New_York' AS new_york) AS l
  WHERE extract(dow FROM l.new_york + interval '7 hours') BETWEEN 1 AND 5
), judged AS MATERIALIZED (
  SELECT m.ts, EXISTS (SELECT FROM public.data_bars AS n WHERE n.canonical_symbol = $1 AND n.timeframe = '1m'
    AND n.ts_utc = m.ts) AS stands,
         EXISTS (SELECT FROM component) AND NOT EXISTS (SELECT FROM component AS c WHERE NOT EXISTS (
           SELECT FROM public.data_bars AS i WHERE i.canonical_symbol = c.symbol AND i.timeframe = '1m' AND i.ts_utc = m.ts
             AND NOT i.is_partial
             AND i.close > 0 AND i.close < 'Infinity')) AS derivable
  FROM minute AS m
)
SELECT count(*) AS open_minutes, count(*) FILTER (WHERE NOT j.stands) AS missing_minutes,
       count(*) FILTER (WHERE NOT j.stands AND j.derivable) AS derivable_minutes,
         min(j.ts) FILTER (WHERE NOT j.stands AND j.derivable) AS first_derivable
FROM judged AS j
