-- Writes the rows of a trial, each in a subtransaction that is rolled back, as the role that will write such rows (else as
-- this login, where that may): all of them in one statement, so that a trial is short and costs a round trip. The rows and the
-- statements for each table come in the setting dxy.trial, what became of the rows goes to dxy.trial_said: of each that was
-- tried its number, and either the prices that were given and what was stored of them, or why it was refused.
--
-- A row that is refused at one time may be let in at another (a calendar, a partition), and one with fewer places where one
-- with more is not: it is refused where none of them is let in. Of what draws a value of a sequence for each row the first row
-- of a role draws, and the others take the same value again: theirs was taken back.
DO $$
DECLARE
  v_trial jsonb := current_setting('dxy.trial')::jsonb;
  v_row record;
  v_sql jsonb;
  v_as_role boolean;
  v_times timestamptz[];
  v_drawing jsonb := '{}';
  v_drawn jsonb := '{}';
  v_columns text;
  v_insert text;
  v_values text;
  v_key text;
  v_try record;
  v_stored jsonb;
  v_corrected jsonb;
  v_refused jsonb;
  v_this jsonb;
  v_said jsonb := '[]';
  v_locks integer := 0;
BEGIN
  -- Columns that draw from a sequence, and how what they drew reads.
  SELECT coalesce(jsonb_object_agg(t.name, t.drawing), '{}') INTO v_drawing
  FROM (SELECT c.relname AS name,
               jsonb_build_object('columns', string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
                                  'given', string_agg(format('quote_literal(d.%I::text)', a.attname), ', ' ORDER BY a.attnum)) AS drawing
        FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        WHERE c.oid IN (to_regclass('public.data_bars'), to_regclass('public.derived_data_bars'))
          AND (a.attidentity <> '' OR EXISTS (
                 SELECT FROM pg_attrdef AS f JOIN pg_depend AS d ON d.classid = 'pg_attrdef'::regclass AND d.objid = f.oid
                   AND d.refclassid = 'pg_class'::regclass
                 JOIN pg_class AS s ON s.oid = d.refobjid AND s.relkind = 'S' WHERE f.adrelid = c.oid AND f.adnum = a.attnum))
        GROUP BY c.relname) AS t;

  FOR v_row IN
    SELECT r.n, r.table_name, r.symbol, r.timeframe, r.length::interval AS length, r.source, r.raw, r.role, r.prices
    FROM jsonb_to_recordset(v_trial->'rows') AS r(n integer, table_name text, symbol text, timeframe text, length text, source text,
      raw text, role text, prices jsonb)
    ORDER BY r.n
  LOOP
    v_as_role := false;
    IF to_regrole(v_row.role) IS NOT NULL THEN
      v_as_role := pg_has_role(current_user, v_row.role, CASE WHEN current_setting('server_version_num')::integer >= 160000 THEN 'SET'
        ELSE 'MEMBER' END)
                   AND has_table_privilege(v_row.role, 'public.' || v_row.table_name, 'INSERT');
    END IF;
    CONTINUE WHEN NOT v_as_role AND NOT has_table_privilege('public.' || v_row.table_name, 'INSERT');

    v_sql := v_trial->'sql'->v_row.table_name;
    v_key := v_row.table_name || ' ' || CASE WHEN v_as_role THEN v_row.role ELSE '' END;
    v_refused := NULL;
    EXECUTE v_sql->>'times' INTO v_times USING v_row.symbol, v_row.timeframe, v_row.length;
    FOR v_try IN
      SELECT t.ts, (p.value->>0)::numeric AS price, (p.value->>1)::numeric AS correction
      FROM unnest(v_times) WITH ORDINALITY AS t(ts, n), jsonb_array_elements(v_row.prices) WITH ORDINALITY AS p(value, n) ORDER BY t.n, p.n
    LOOP
      v_insert := v_sql->>'insert';
      v_columns := v_drawing->v_row.table_name->>'columns';
      IF v_drawn->>v_key IS NOT NULL THEN
        v_insert := regexp_replace(v_insert, '\(([^)]*)\)\s*SELECT\M',
          format('(%s, \1) OVERRIDING SYSTEM VALUE SELECT %s,', replace(v_columns, '\', '\\'), replace(v_drawn->>v_key, '\', '\\')));
      END IF;
      v_stored := NULL;
      v_corrected := NULL;
      v_this := NULL;
      v_values := NULL;
      BEGIN
        IF v_as_role THEN
          EXECUTE format('SET LOCAL ROLE %I', v_row.role);
          PERFORM set_config('dxy.writer', 'own', true);
        END IF;
        IF v_columns IS NOT NULL THEN
          EXECUTE format('%s RETURNING concat_ws('', '', %s)', v_insert, v_drawing->v_row.table_name->>'given') INTO v_values
          USING v_row.symbol, v_row.timeframe, v_try.ts, v_try.price, v_row.source, v_row.raw;
        ELSE
          EXECUTE v_insert USING v_row.symbol, v_row.timeframe, v_try.ts, v_try.price, v_row.source, v_row.raw;
        END IF;
        SET CONSTRAINTS ALL IMMEDIATE;
        EXECUTE v_sql->>'read' INTO v_stored USING v_row.symbol, v_row.timeframe, v_try.ts;
        IF v_stored IS NULL THEN
          v_this := '{"lost": true}';
        ELSIF v_row.role IS NOT NULL THEN
          EXECUTE v_sql->>'update' USING v_row.symbol, v_row.timeframe, v_try.ts, v_try.correction;
          EXECUTE v_sql->>'read' INTO v_corrected USING v_row.symbol, v_row.timeframe, v_try.ts;
        END IF;
        RAISE SQLSTATE 'DXY00';
      EXCEPTION
        WHEN SQLSTATE 'DXY00' THEN
          NULL;
        -- Faults of this moment, and none of the tables.
        WHEN transaction_rollback OR insufficient_resources OR operator_intervention OR system_error OR connection_exception THEN
          RAISE;
        WHEN OTHERS THEN
          DECLARE
            v_message text; v_constraint text; v_table text; v_schema text;
          BEGIN
            GET STACKED DIAGNOSTICS v_message = MESSAGE_TEXT, v_constraint = CONSTRAINT_NAME, v_table = TABLE_NAME, v_schema = SCHEMA_NAME;
            v_this := jsonb_build_object('message', v_message, 'constraint', nullif(v_constraint, ''),
              'definition', (SELECT pg_get_constraintdef(k.oid) FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid
                JOIN pg_namespace AS n ON n.oid = c.relnamespace
                             WHERE k.conname = v_constraint AND c.relname = v_table AND n.nspname = v_schema),
              'locked', sqlstate = '55P03',
              -- A table in partitions may have none for the time that was tried; that says nothing of rows at other times.
              'outside', sqlstate = '23514' AND v_constraint = '' AND v_table <> '');
          END;
      END;
      IF v_this IS NULL THEN
        v_refused := NULL;
        v_drawn := CASE WHEN v_values <> '' AND v_drawn->>v_key IS NULL THEN v_drawn || jsonb_build_object(v_key, v_values)
          ELSE v_drawn END;
        v_said := v_said || jsonb_build_object('n', v_row.n, 'as_role', v_as_role, 'price', v_try.price, 'correction', v_try.correction,
          'stored', v_stored, 'corrected', v_corrected);
        EXIT;
      END IF;

      -- The first reason is told; a lock that was waited for once is not waited for long again.
      IF v_this @> '{"locked": true}' THEN
        v_locks := v_locks + 1;
        PERFORM set_config('lock_timeout', '100ms', true);
      END IF;
      v_refused := CASE WHEN v_refused IS NULL OR v_refused @> '{"outside": true}' OR v_refused @> '{"locked": true}'
        AND NOT v_this @> '{"outside": true}'
                        THEN v_this ELSE v_refused END;
      EXIT WHEN v_locks > 1;
    END LOOP;
    IF v_refused IS NOT NULL THEN
      v_said := v_said || jsonb_build_object('n', v_row.n, 'as_role', v_as_role, 'refused', v_refused);
    END IF;
    -- One lock may be a row's that somebody is writing; two are the table's.
    EXIT WHEN v_locks > 1;
  END LOOP;
  PERFORM set_config('dxy.trial_said', v_said::text, true);
END
$$
