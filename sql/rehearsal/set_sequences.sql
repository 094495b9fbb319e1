-- Sequences of the copied tables go on after the greatest number that was copied.
DO $$
DECLARE c record;
BEGIN
  FOR c IN
    SELECT a.attrelid::regclass AS relation, a.attname, pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) AS sequence
    FROM pg_attribute AS a
    WHERE a.attrelid IN ('public.data_bars'::regclass, 'public.derived_data_bars'::regclass, 'public.core_asset_registry_all'::regclass)
      AND a.attnum > 0 AND NOT a.attisdropped AND pg_get_serial_sequence(a.attrelid::regclass::text, a.attname) IS NOT NULL
  LOOP
    EXECUTE format('SELECT setval(%L, greatest((SELECT last_value FROM %s), (SELECT coalesce(max(%I), 1) FROM %s)))', c.sequence,
      c.sequence, c.attname, c.relation);
  END LOOP;
END
$$
