-- The host's tables of bars and its registry, by the catalog's word, as one JSON document: what stands under each name, its
-- columns and its unique indexes. A domain's column is told by what the domain is of. Nothing here goes by search_path.
SELECT coalesce(jsonb_agg(jsonb_build_object(
  'name', c.relname, 'kind', c.relkind,
  'columns', (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
      'name', a.attname,
      'type', CASE WHEN n.nspname = 'pg_catalog' THEN format_type(a.atttypid, a.atttypmod) ELSE format('%I.%I', n.nspname, t.typname) END,
      'base', CASE WHEN b.typtype = 'e' THEN 'enum' ELSE b.typname END,
      'length', CASE WHEN b.typname IN ('varchar', 'bpchar') AND b.typmod > 4 THEN b.typmod - 4 END,
      'precision', CASE WHEN b.typname = 'numeric' AND b.typmod > 4 THEN ((b.typmod - 4) >> 16) & 65535 END,
      'scale', CASE WHEN b.typname = 'numeric' AND b.typmod > 4 THEN (((b.typmod - 4) & 2047) # 1024) - 1024 END,
      'labels', CASE WHEN b.typtype = 'e' THEN (SELECT jsonb_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum AS e
        WHERE e.enumtypid = b.oid) END,
      'not_null', a.attnotnull OR t.typnotnull,
      'has_default', a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL,
      'generated', a.attgenerated <> '' OR a.attidentity = 'a') ORDER BY a.attnum), '[]')
    FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid JOIN pg_namespace AS n ON n.oid = t.typnamespace,
    LATERAL (
      WITH RECURSIVE base AS (
        SELECT t.oid, t.typname::text, t.typtype, t.typbasetype, t.typtypmod AS next, a.atttypmod AS typmod
        UNION ALL
        SELECT u.oid, u.typname::text, u.typtype, u.typbasetype, u.typtypmod, d.next
        FROM base AS d JOIN pg_type AS u ON u.oid = d.typbasetype WHERE d.typtype = 'd'
      )
      SELECT d.oid, d.typname, d.typtype, d.typmod FROM base AS d WHERE d.typtype <> 'd') AS b
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'keys', (
    SELECT coalesce(jsonb_agg(jsonb_build_object(
      'name', k.relname,
      'usable', i.indisvalid AND i.indimmediate AND i.indpred IS NULL AND i.indexprs IS NULL,
      'columns', (SELECT coalesce(jsonb_agg(a.attname ORDER BY p.n), '[]')
                  FROM unnest(i.indkey::smallint[]) WITH ORDINALITY AS p(attnum, n) JOIN pg_attribute AS a ON a.attrelid = i.indrelid
                    AND a.attnum = p.attnum
                  WHERE p.n <= i.indnkeyatts)) ORDER BY k.relname), '[]')
    FROM pg_index AS i JOIN pg_class AS k ON k.oid = i.indexrelid WHERE i.indrelid = c.oid AND i.indisunique)) ORDER BY c.relname),
      '[]')::text,
  to_regclass('_timescaledb_catalog.hypertable') IS NOT NULL
FROM unnest(ARRAY['data_bars', 'derived_data_bars', 'core_asset_registry_all']) AS w(name)
JOIN pg_class AS c ON c.oid = to_regclass('public.' || w.name)
