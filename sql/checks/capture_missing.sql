-- The capture triggers that are not there, or are there in another state than they should be, on each table of bars and each
-- of its partitions. A partition created later carries none until they are put there: triggers with transition tables are not
-- inherited. The row trigger is, so that the table's is enough; it fires for replication alone.
-- late: rows may have been written unnoticed. A row trigger that isn't there at all is one that an older version didn't have.
WITH RECURSIVE bars AS (
  SELECT c.oid, c.relname::text AS logical, n.nspname::text AS schema_name, c.relname::text AS table_name, true AS is_root
  FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
  WHERE n.nspname = 'public' AND c.relname IN ('data_bars', 'derived_data_bars') AND c.relkind IN ('r', 'p')
  UNION ALL
  SELECT c.oid, b.logical, n.nspname::text, c.relname::text, false
  FROM bars AS b JOIN pg_inherits AS i ON i.inhparent = b.oid JOIN pg_class AS c ON c.oid = i.inhrelid JOIN pg_namespace AS n
    ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p')
), wanted AS (
  SELECT b.*, w.event, 'dxy_capture_' || w.event AS trigger_name,
         CASE WHEN w.event = 'update' AND b.logical = 'derived_data_bars' THEN 'capture_update_derived' ELSE 'capture_'
           || w.event END AS function_name,
         f.fires, w.state, format('ALTER TABLE %I.%I ENABLE %s TRIGGER %I', b.schema_name, b.table_name,
           CASE WHEN w.event = 'row' THEN 'REPLICA' ELSE '' END,
                                  'dxy_capture_' || w.event) AS enable
  FROM bars AS b, (VALUES ('insert', 'INSERT', 'REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT', 'OA'),
                          ('update', 'UPDATE', 'REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT', 'OA'),
                          ('delete', 'DELETE', 'REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT', 'OA'),
                          ('row', 'INSERT OR UPDATE OR DELETE', 'FOR EACH ROW', 'R')) AS w(event, on_event, fires, state),
       LATERAL (SELECT format('AFTER %s ON %I.%I %s', w.on_event, b.schema_name, b.table_name, w.fires)) AS f(fires)
  WHERE b.is_root OR w.event <> 'row'
)
SELECT w.schema_name, w.table_name, w.trigger_name, t.oid IS NOT NULL AS disabled,
       CASE WHEN t.oid IS NULL THEN format('CREATE TRIGGER %I %s EXECUTE FUNCTION dxy.%I(%L)', w.trigger_name, w.fires, w.function_name,
         w.logical)
                                    || CASE WHEN w.event = 'row' THEN '; ' || w.enable ELSE '' END
            ELSE w.enable END AS mend,
       w.event <> 'row' OR t.oid IS NOT NULL AS late, w.logical
FROM wanted AS w
LEFT JOIN pg_trigger AS t ON t.tgrelid = w.oid AND t.tgname = w.trigger_name
WHERE t.oid IS NULL OR position(t.tgenabled::text IN w.state) = 0
ORDER BY 1, 2, 3
