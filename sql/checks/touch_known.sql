-- Whether this database has the triggers of runs, and this login may ask for them.
SELECT coalesce(has_function_privilege(to_regprocedure('dxy.touch_missing(boolean)')::oid, 'EXECUTE')
                AND has_table_privilege(to_regclass('dxy.watched')::oid, 'SELECT'), false)
