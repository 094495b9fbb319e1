-- The columns of {0} that a writer has to give beyond the bar itself, with the newest row's values as SQL: those without a
-- default that must not be null, and source, volume and count as they are seen. $1: rows of the index (DXY) or of the pairs.
WITH newest AS MATERIALIZED (
  SELECT to_jsonb(b) AS row FROM (
    SELECT t.* FROM {0} AS t WHERE t.timeframe = '1m' AND (t.canonical_symbol = 'DXY') = $1 ORDER BY t.ts_utc DESC LIMIT 1) AS b
)
SELECT quote_ident(a.attname), CASE WHEN n.row->>(a.attname::text) IS NULL THEN 'NULL' ELSE quote_literal(n.row->>(a.attname::text)) END
  || '::' || format_type(a.atttypid, a.atttypmod)
FROM pg_attribute AS a CROSS JOIN newest AS n
LEFT JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = to_regclass('{0}') AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND a.attidentity = ''
  AND a.attname NOT IN ('canonical_symbol', 'timeframe', 'ts_utc', 'open', 'high', 'low', 'close')
  AND ((a.attnotnull AND d.oid IS NULL) OR a.attname IN ('source', 'raw', 'derivation_version')
       OR (a.attname IN ('vol', 'trade_count') AND n.row->>(a.attname::text) IS NOT NULL))
ORDER BY a.attnum
