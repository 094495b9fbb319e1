-- The plan's own transaction may only read: what is asked is what others begin with.
SELECT current_setting('server_version_num')::integer / 10000, pg_encoding_to_char(d.encoding)::text, pg_is_in_recovery(),
  current_user::text,
       coalesce(has_schema_privilege(to_regnamespace('dxy')::oid, 'USAGE'), false), extract(epoch FROM clock_timestamp())::double precision,
       to_regnamespace('dxy') IS NOT NULL, current_setting('default_transaction_read_only') = 'on'
FROM pg_database AS d WHERE d.datname = current_database()
