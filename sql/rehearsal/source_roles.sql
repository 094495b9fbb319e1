-- The shop's roles as they are made again, and who is a member of what. Passwords stay with the shop.
SELECT r.rolname::text, format('CREATE ROLE %I %s %s %s %s %s', r.rolname,
         CASE WHEN r.rolsuper THEN 'SUPERUSER' ELSE 'NOSUPERUSER' END, CASE WHEN r.rolcanlogin THEN 'LOGIN' ELSE 'NOLOGIN' END,
         CASE WHEN r.rolinherit THEN 'INHERIT' ELSE 'NOINHERIT' END, CASE WHEN r.rolcreaterole THEN 'CREATEROLE' ELSE 'NOCREATEROLE' END,
         CASE WHEN r.rolbypassrls THEN 'BYPASSRLS' ELSE 'NOBYPASSRLS' END), 1 AS turn
FROM pg_roles AS r WHERE r.rolname !~ '^pg_'
UNION ALL
SELECT NULL, format('GRANT %I TO %I', g.rolname, m.rolname), 2
FROM pg_auth_members AS a JOIN pg_roles AS g ON g.oid = a.roleid JOIN pg_roles AS m ON m.oid = a.member WHERE m.rolname !~ '^pg_'
ORDER BY 3, 1
