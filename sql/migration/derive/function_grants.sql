-- What the function's callers ($2) lack of the rights it needs in our schema, and the right to call it: statements that give
-- each, and the ones that take it back. $1: the function's schema. Its owner is asked last: who hands a function over may no
-- longer grant it.
SELECT format('GRANT %s TO %I', w.what, r.rolname), format('REVOKE %s FROM %I', w.what, r.rolname)
FROM pg_roles AS r,
LATERAL (VALUES
  (1, format('EXECUTE ON FUNCTION %I.calc_dxy_range_1m(timestamptz, timestamptz, integer)', $1),
      has_function_privilege(r.oid, format('%I.calc_dxy_range_1m(timestamptz, timestamptz, integer)', $1), 'EXECUTE')),
  (2, 'USAGE ON SCHEMA dxy', has_schema_privilege(r.oid, 'dxy', 'USAGE')),
  (3, 'EXECUTE ON FUNCTION dxy.now()', has_function_privilege(r.oid, 'dxy.now()', 'EXECUTE')),
  (4, 'EXECUTE ON FUNCTION dxy.lock_target(text, text)', has_function_privilege(r.oid, 'dxy.lock_target(text, text)', 'EXECUTE')),
  (5, 'EXECUTE ON FUNCTION dxy.hold_route(text)', has_function_privilege(r.oid, 'dxy.hold_route(text)', 'EXECUTE')),
  (6, 'EXECUTE ON FUNCTION dxy.mirror_bars(text, timestamptz[])',
    has_function_privilege(r.oid, 'dxy.mirror_bars(text, timestamptz[])', 'EXECUTE')),
  (7, 'SELECT ON dxy.clock', has_table_privilege(r.oid, 'dxy.clock', 'SELECT')),
  (8, 'SELECT ON dxy.route', has_table_privilege(r.oid, 'dxy.route', 'SELECT')),
  (9, 'SELECT ON dxy.watched', has_table_privilege(r.oid, 'dxy.watched', 'SELECT')),
  (10, 'SELECT ON dxy.run_conflict', has_table_privilege(r.oid, 'dxy.run_conflict', 'SELECT'))
) AS w(n, what, has)
WHERE r.rolname = ANY ($2) AND NOT w.has
ORDER BY r.rolname, w.n
