-- The system identifier tells a restored copy's server from the one it was copied from; the tables' oids tell a database that
-- was dropped and made again.
SELECT jsonb_build_object('system', (SELECT s.system_identifier::text FROM pg_control_system() AS s), 'database', current_database(),
                          'data_bars', to_regclass('public.data_bars')::oid::bigint, 'derived_data_bars',
                            to_regclass('public.derived_data_bars')::oid::bigint)::text
