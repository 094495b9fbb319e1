-- What a row of the old table is made of when a program writes one: its columns, but for those that the server fills:
-- generated, identities, and ids by default.
SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
FROM pg_attribute AS a
WHERE a.attrelid = 'public.derived_data_bars'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
  AND a.attidentity = ''
  AND a.attname <> 'ts_utc'
  AND NOT (a.atthasdef AND EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = a.attrelid AND i.indisunique AND a.attnum = ANY (i.indkey))
           AND a.attname NOT IN ('canonical_symbol', 'timeframe', 'derivation_version', 'deleted_at'))
