-- The capture triggers that are not there, or are there disabled, on each table of bars and each of its partitions.
-- A partition created later carries none until they are put there: triggers with transition tables are not inherited.
WITH RECURSIVE bars AS (
  SELECT c.oid, c.relname::text AS logical, n.nspname::text AS schema_name, c.relname::text AS table_name
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relname IN ('data_bars', 'derived_data_bars') AND c.relkind IN ('r', 'p')
  UNION ALL
  SELECT c.oid, b.logical, n.nspname::text, c.relname::text
  FROM bars AS b JOIN pg_inherits AS i ON i.inhparent = b.oid JOIN pg_class AS c ON c.oid = i.inhrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
), wanted AS (
  SELECT b.*, w.event, 'dxy_capture_' || w.event AS trigger_name,
         CASE WHEN w.event = 'update' AND b.logical = 'derived_data_bars' THEN 'capture_update_derived' ELSE 'capture_' || w.event END AS function_name,
         w.transitions
  FROM bars AS b, (VALUES ('insert', 'NEW TABLE AS new_rows'), ('update', 'OLD TABLE AS old_rows NEW TABLE AS new_rows'),
                          ('delete', 'OLD TABLE AS old_rows')) AS w(event, transitions)
)
SELECT w.schema_name, w.table_name, w.trigger_name, t.oid IS NOT NULL AS disabled,
       CASE WHEN t.oid IS NULL THEN format(
         'CREATE TRIGGER %I AFTER %s ON %I.%I REFERENCING %s FOR EACH STATEMENT EXECUTE FUNCTION dxy.%I(%L)',
         w.trigger_name, upper(w.event), w.schema_name, w.table_name, w.transitions, w.function_name, w.logical)
       ELSE format('ALTER TABLE %I.%I ENABLE TRIGGER %I', w.schema_name, w.table_name, w.trigger_name) END AS mend
FROM wanted AS w
LEFT JOIN pg_trigger AS t ON t.tgrelid = w.oid AND t.tgname = w.trigger_name
WHERE t.oid IS NULL OR t.tgenabled NOT IN ('O', 'A')
ORDER BY 1, 2, 3
