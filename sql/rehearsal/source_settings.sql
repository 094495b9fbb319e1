-- Settings that change how statements are planned and understood, as a session of this database begins with them; what is only this
-- session's or this role's is left out.
SELECT s.name::text, current_setting(s.name)
FROM pg_settings AS s
WHERE s.context IN ('user', 'superuser') AND s.category ~ '^(Query Tuning|Client Connection Defaults|Lock Management)'
  AND s.source NOT IN ('client', 'session', 'interactive', 'override', 'user', 'database user')
  AND s.name !~ '^transaction_|preload|tablespace|^lc_|library'
ORDER BY s.name
