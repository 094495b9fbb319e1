-- The statements that the server remembers of the old table, ours left out. {0} is where the extension's view stands.
SELECT count(*), coalesce(string_agg(left(regexp_replace(s.query, '\s+', ' ', 'g'), 120), '; ') FILTER (WHERE s.n <= 5), '')
FROM (SELECT q.query, row_number() OVER (ORDER BY q.calls DESC) AS n FROM {0} AS q
      WHERE q.query ILIKE '%derived_data_bars%' AND q.query NOT LIKE '%dxy.%'
        AND q.dbid = (SELECT d.oid FROM pg_database AS d WHERE d.datname = current_database())) AS s
