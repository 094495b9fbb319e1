-- What a run may be told: the keys of its settings and their values, the same as the console takes. Anything else would be
-- stored first and break whoever reads it later.
CREATE OR REPLACE FUNCTION dxy.settings_fault(p_settings jsonb) RETURNS text
LANGUAGE sql IMMUTABLE
SET search_path = pg_catalog, pg_temp
AS $$
  WITH number(key, least, most, whole) AS (VALUES
    ('batch_ms', 10, 2000, true), ('live_batch_ms', 5, 2000, true), ('batch_rows', 100, 100000, true),
      ('max_live_late_seconds', 0, 3600, false), ('max_wal_megabytes_per_second', 0, 100000, false),
    ('max_replica_lag_seconds', 0, 86400, false), ('max_lock_waits', -1, 10000, true), ('lock_budget_ms', 50, 5000, true),
      ('quiet_minutes', 0, 1440, true),
    ('settle_minutes', 0, 1440, true), ('window_hours', 0, 744, false), ('healthy_minutes', 0, 28800, true),
      ('fail_minutes', 0, 1440, true),
    ('min_coverage', 0, 1, false), ('approval_hours', 0.1, 744, false), ('retention_days', 0, 3650, false)
  ), word(key, words) AS (VALUES
    ('legacy_writers', ARRAY['stopped', 'mirrored']), ('different', ARRAY['stop', 'keep_target', 'take_source']),
    ('foreign', ARRAY['stop', 'keep_target', 'take_source']), ('partial', ARRAY['stop', 'keep_target', 'take_source']),
    ('alone', ARRAY['stop', 'keep_target', 'take_source'])
  ), told(key, value) AS (
    SELECT e.key, e.value FROM jsonb_each(CASE jsonb_typeof(p_settings) WHEN 'object' THEN p_settings ELSE '{}' END) AS e
  )
  SELECT CASE WHEN jsonb_typeof(p_settings) IS DISTINCT FROM 'object' THEN 'settings are a JSON object' ELSE (
    SELECT min(CASE
      WHEN n.key IS NOT NULL THEN format('%s is a number of %s to %s%s, not %s', n.key, n.least, n.most,
        CASE WHEN n.whole THEN ' without a fraction' ELSE '' END, left(t.value::text, 40))
      WHEN w.key IS NOT NULL THEN format('%s is one of %s, not %s', w.key, array_to_string(w.words, ', '), left(t.value::text, 40))
      WHEN t.key = 'cut_over' THEN format('cut_over is ready, approve or a window of UTC times such as 21:30-22:45, not %s',
        left(t.value::text, 40))
      WHEN t.key = 'approver_is_not_starter' THEN format('%s is true or false, not %s', t.key, left(t.value::text, 40))
      ELSE format('there is no setting %s', left(t.key, 40)) END)
    FROM told AS t LEFT JOIN number AS n ON n.key = t.key LEFT JOIN word AS w ON w.key = t.key
    WHERE NOT CASE
      WHEN n.key IS NOT NULL AND jsonb_typeof(t.value) = 'number' THEN (t.value::numeric BETWEEN n.least AND n.most)
        AND (NOT n.whole OR trunc(t.value::numeric) = t.value::numeric)
      WHEN w.key IS NOT NULL AND jsonb_typeof(t.value) = 'string' THEN t.value #>> '{}' = ANY (w.words)
      WHEN t.key = 'cut_over' AND jsonb_typeof(t.value) = 'string'
        THEN t.value #>> '{}' ~ '^(ready|approve|([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9])$'
      ELSE t.key = 'approver_is_not_starter' AND jsonb_typeof(t.value) = 'boolean' END
  ) END
$$;
