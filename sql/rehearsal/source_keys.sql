-- The statements that give a copied table its checks, keys and indexes. Not those that refer to other tables. A partitioned table's are not ONLY its own here: the copy has no partitions.
SELECT k.sql
FROM (
  SELECT 1 AS turn, c.conname AS name, format('ALTER TABLE %s ADD CONSTRAINT %I %s', $1, c.conname, pg_get_constraintdef(c.oid)) AS sql
  FROM pg_constraint AS c WHERE c.conrelid = to_regclass($1) AND c.contype IN ('c', 'p', 'u', 'x')
  UNION ALL
  SELECT 2, c.relname, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ')
  FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
  WHERE i.indrelid = to_regclass($1) AND i.indisvalid AND NOT EXISTS (SELECT FROM pg_constraint AS o WHERE o.conindid = i.indexrelid)
) AS k
ORDER BY k.turn, k.name
