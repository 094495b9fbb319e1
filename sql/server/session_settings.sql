-- What our statements rely on in a session, whatever the database, the role or PGOPTIONS set: one row for each setting that
-- isn't so, with its name, its value, what it is to be, and whether work would go wrong by it. A least value is for a limit on
-- our statements and transactions: 0 is no limit, one that lets them be done is the host's to set. The time zone, the search
-- path and the planner are left to the host: no statement of ours depends on them, and its own triggers, which our writes
-- fire, may. $1: whether these connections are to read alone.
SELECT s.name, s.setting, w.value, w.matters
FROM (VALUES
  ('default_transaction_isolation',       'read committed', false, true),  -- who waited for a lock has to see what was committed meanwhile
  ('default_transaction_read_only',       'off',            false, true),
  ('default_transaction_deferrable',      'off',            false, true),  -- such a transaction may wait for all others
  ('statement_timeout',                   '60000',          true,  true),
  ('transaction_timeout',                 '600000',         true,  true),  -- from PostgreSQL 17 on
  ('idle_in_transaction_session_timeout', '60000',          true,  true),
  ('idle_session_timeout',                '0',              false, false), -- a pool's connections are idle
  -- where there is to be one the statement's transaction has its own
  ('lock_timeout',                        '0',              false, true),
  ('standard_conforming_strings',         'on',             false, true),
  ('datestyle',                           'ISO, MDY',       false, false),
  ('intervalstyle',                       'postgres',       false, false),
  ('bytea_output',                        'hex',            false, false),
  ('extra_float_digits',                  '1',              false, false)
) AS w(name, value, is_least, matters)
JOIN pg_catalog.pg_settings AS s ON pg_catalog.lower(s.name) = w.name
WHERE CASE WHEN w.is_least THEN s.setting::bigint BETWEEN 1 AND w.value::bigint - 1 ELSE s.setting <> w.value END
  AND NOT ($1 AND w.name = 'default_transaction_read_only')
