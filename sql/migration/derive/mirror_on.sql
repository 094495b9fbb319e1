-- A statement's minutes go over at once; what fires no statement's trigger (a subscription's apply worker) goes over row by
-- row. On each partition too: a statement straight into one fires no other's.
DO $do$
DECLARE
  v_table regclass;
BEGIN
  FOR v_table IN
    WITH RECURSIVE bars AS (
      SELECT 'public.derived_data_bars'::regclass AS oid
      UNION
      SELECT i.inhrelid::regclass FROM bars AS b JOIN pg_inherits AS i ON i.inhparent = b.oid
    ) SELECT b.oid FROM bars AS b
  LOOP
    EXECUTE format(
      'CREATE OR REPLACE TRIGGER dxy_mirror_insert AFTER INSERT ON %s REFERENCING NEW TABLE AS new_rows '
      || 'FOR EACH STATEMENT EXECUTE FUNCTION dxy.mirror_statement()', v_table);
    EXECUTE format(
      'CREATE OR REPLACE TRIGGER dxy_mirror_update AFTER UPDATE ON %s REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows '
      || 'FOR EACH STATEMENT EXECUTE FUNCTION dxy.mirror_statement()', v_table);
    EXECUTE format(
      'CREATE OR REPLACE TRIGGER dxy_mirror_delete AFTER DELETE ON %s REFERENCING OLD TABLE AS old_rows '
      || 'FOR EACH STATEMENT EXECUTE FUNCTION dxy.mirror_statement()', v_table);
  END LOOP;
  CREATE OR REPLACE TRIGGER dxy_mirror AFTER INSERT OR UPDATE OR DELETE ON public.derived_data_bars FOR EACH ROW
    EXECUTE FUNCTION dxy.mirror();
  ALTER TABLE public.derived_data_bars ENABLE REPLICA TRIGGER dxy_mirror;
END
$do$
