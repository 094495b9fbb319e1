-- Who asks, whether it may read bars, order migrations, approve them.
SELECT session_user::text, has_table_privilege('public.data_bars', 'SELECT'),
       pg_has_role('dxy_console', 'USAGE'), pg_has_role('dxy_approver', 'USAGE')
