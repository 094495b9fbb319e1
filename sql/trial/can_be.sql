-- Whether this login may write the table as the role $1; may write it at all.
SELECT to_regrole($1) IS NOT NULL
       AND pg_has_role(current_user, $1, CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET' ELSE 'MEMBER' END)
       AND has_table_privilege($1, 'public.' || $2, 'INSERT'),
       has_table_privilege('public.' || $2, 'INSERT')
