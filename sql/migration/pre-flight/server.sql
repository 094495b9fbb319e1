SELECT current_setting('server_version_num')::integer / 10000, pg_encoding_to_char(d.encoding)::text, pg_is_in_recovery(), current_user::text,
       (SELECT count(*) FROM dxy.clock) > 0, extract(epoch FROM clock_timestamp())::double precision,
       current_setting('transaction_read_only') = 'on'
FROM pg_database AS d WHERE d.datname = current_database()
