-- Monthly partitions of public.data_bars, where db apply made it so. Every row has a place: data_bars_before takes what is
-- older than the first month, data_bars_default what no month was made for, and a month of which that holds rows already is
-- left there. Months are UTC.

-- A partition with its capture triggers, which it has before it is part of the table. Made beside the table and attached, for
-- that waits for no writer.
CREATE OR REPLACE FUNCTION dxy.add_partition(p_name text, p_bounds text) RETURNS void
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_trigger text;
BEGIN
  EXECUTE format('CREATE TABLE public.%I (LIKE public.data_bars INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', p_name);
  EXECUTE format(
    'CREATE TRIGGER dxy_capture_insert AFTER INSERT ON public.%I REFERENCING NEW TABLE AS new_rows '
    || 'FOR EACH STATEMENT EXECUTE FUNCTION dxy.capture_insert(''data_bars'')', p_name);
  EXECUTE format(
    'CREATE TRIGGER dxy_capture_update AFTER UPDATE ON public.%I REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows '
    || 'FOR EACH STATEMENT EXECUTE FUNCTION dxy.capture_update(''data_bars'')', p_name);
  EXECUTE format(
    'CREATE TRIGGER dxy_capture_delete AFTER DELETE ON public.%I REFERENCING OLD TABLE AS old_rows '
    || 'FOR EACH STATEMENT EXECUTE FUNCTION dxy.capture_delete(''data_bars'')', p_name);
  -- And what else the table has of ours at the time: a run's.
  FOR v_trigger IN
    SELECT pg_get_triggerdef(t.oid) FROM pg_trigger AS t JOIN pg_proc AS p ON p.oid = t.tgfoid
    WHERE t.tgrelid = 'public.data_bars'::regclass AND p.pronamespace = 'dxy'::regnamespace AND t.tgtype & 1 = 0
      AND NOT EXISTS (SELECT FROM pg_trigger AS o WHERE o.tgrelid = format('public.%I', p_name)::regclass AND o.tgname = t.tgname)
  LOOP
    EXECUTE replace(v_trigger, ' ON public.data_bars ', format(' ON public.%I ', p_name));
  END LOOP;
  EXECUTE format('ALTER TABLE public.data_bars ATTACH PARTITION public.%I %s', p_name, p_bounds);
END
$$;

-- The months from p_from to three beyond market time that the table lacks.
CREATE OR REPLACE FUNCTION dxy.missing_months(p_from timestamptz) RETURNS SETOF timestamptz
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
BEGIN
  -- data_bars_before is the mark of a table that was made so: another shop's partitions are its own affair.
  IF NOT EXISTS (SELECT FROM pg_inherits AS i
                 WHERE i.inhparent = to_regclass('public.data_bars') AND i.inhrelid = to_regclass('public.data_bars_before')) THEN
    RETURN;
  END IF;
  RETURN QUERY
  SELECT m.month FROM generate_series(date_trunc('month', p_from), date_trunc('month', dxy.now()) + interval '3 months',
    interval '1 month') AS m(month)
  WHERE to_regclass(format('public.data_bars_%s', to_char(m.month, 'YYYY_MM'))) IS NULL
    AND NOT EXISTS (SELECT FROM public.data_bars_default AS d WHERE d.ts_utc >= m.month AND d.ts_utc < m.month + interval '1 month');
END
$$;

-- Makes them; returns how many.
CREATE OR REPLACE FUNCTION dxy.make_months(p_from timestamptz) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
DECLARE
  v_month timestamptz;
  v_made  integer := 0;
BEGIN
  FOR v_month IN SELECT dxy.missing_months(p_from) LOOP
    BEGIN
      PERFORM dxy.add_partition('data_bars_' || to_char(v_month, 'YYYY_MM'),
        format('FOR VALUES FROM (%L) TO (%L)', v_month, v_month + interval '1 month'));
      v_made := v_made + 1;
    EXCEPTION WHEN check_violation OR duplicate_table OR invalid_object_definition THEN
      -- Somebody else made it meanwhile, or data_bars_default took a row of it, or somebody's own partition is in its place.
      NULL;
    END;
  END LOOP;
  RETURN v_made;
END
$$;

-- The months ahead. A silo calls it hourly, who owns no table: it runs as the table's owner, takes nothing from its caller,
-- and waits for no lock for long.
CREATE OR REPLACE FUNCTION dxy.keep_months() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp
SET lock_timeout = '2s'
AS $$
BEGIN
  -- And what others have attached meanwhile (attached.sql).
  PERFORM dxy.notice_attached();
  RETURN dxy.make_months(dxy.now());
END
$$;

-- Divides a table that was just made PARTITION BY RANGE (ts_utc) and is empty: months from p_from on.
CREATE OR REPLACE FUNCTION dxy.divide_by_month(p_from timestamptz) RETURNS integer
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
BEGIN
  PERFORM dxy.add_partition('data_bars_before', format('FOR VALUES FROM (MINVALUE) TO (%L)', date_trunc('month', p_from)));
  PERFORM dxy.add_partition('data_bars_default', 'DEFAULT');
  RETURN dxy.make_months(p_from);
END
$$;
