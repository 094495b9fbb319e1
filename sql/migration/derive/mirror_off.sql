DO $do$
DECLARE
  v_drop text;
BEGIN
  FOR v_drop IN
    WITH RECURSIVE bars AS (
      SELECT 'public.derived_data_bars'::regclass AS oid
      UNION
      SELECT i.inhrelid::regclass FROM bars AS b JOIN pg_inherits AS i ON i.inhparent = b.oid
    ) SELECT format('DROP TRIGGER %I ON %s', t.tgname, t.tgrelid::regclass)
      FROM bars AS b JOIN pg_trigger AS t ON t.tgrelid = b.oid JOIN pg_proc AS p ON p.oid = t.tgfoid
      WHERE t.tgparentid = 0 AND p.pronamespace = 'dxy'::regnamespace AND p.proname IN ('mirror', 'mirror_statement')
  LOOP
    EXECUTE v_drop;
  END LOOP;
END
$do$
