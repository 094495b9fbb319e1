-- The columns of public.data_bars that can be written, in a list.
SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
FROM pg_attribute AS a
WHERE a.attrelid = 'public.data_bars'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
