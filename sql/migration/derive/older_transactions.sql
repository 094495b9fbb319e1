SELECT pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8,
       (SELECT string_agg(format('pid %s (%s, %s) since %s', a.pid, a.usename, coalesce(nullif(a.application_name, ''), 'no name'),
                                 to_char(a.xact_start AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')), '; ' ORDER BY a.xact_start)
        FROM pg_stat_activity AS a
        -- backend_xid has 32 bits; below the fence by less than half the circle is older.
        WHERE a.backend_xid IS NOT NULL AND a.pid <> pg_backend_pid()
          AND ((a.backend_xid::text::bigint - ($1::xid8::text::numeric % 4294967296)::bigint + 4294967296) % 4294967296) > 2147483648)
