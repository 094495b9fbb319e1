-- Whether a role is missing, or this login can't hand functions over to the two that own those of triggers, or not renew them
-- there (see roles.sql).
SELECT EXISTS (
  SELECT FROM unnest(ARRAY['dxy_capture', 'dxy_silo', 'dxy_reader', 'dxy_console', 'dxy_approver', 'dxy_migrator', 'dxy_mirror']) AS r(name)
  WHERE CASE WHEN to_regrole(r.name) IS NULL THEN true
             WHEN r.name NOT IN ('dxy_capture', 'dxy_mirror') THEN false
             WHEN current_setting('server_version_num')::integer >= 160000 THEN NOT (pg_has_role(current_user, r.name, 'SET')
               AND pg_has_role(current_user, r.name, 'USAGE'))
             ELSE NOT pg_has_role(current_user, r.name, 'MEMBER') END)
