-- Market time. Nothing of ours reads the wall clock by another way. Set by a row of dxy.clock, it stands until the row's
-- anchor. plpgsql, not sql: it is called by everything, and only plpgsql keeps its plan.
CREATE OR REPLACE FUNCTION dxy.now() RETURNS timestamptz
LANGUAGE plpgsql VOLATILE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN coalesce(
    (SELECT c.anchor_market + greatest(clock_timestamp() - c.anchor_real, interval '0') * c.rate FROM dxy.clock AS c),
    clock_timestamp());
END
$$;

-- cluster_name can be set only when a server starts: a session can't pretend to be an embedded server.
CREATE OR REPLACE FUNCTION dxy.refuse_clock() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  IF current_setting('cluster_name') <> 'dxy-embedded' THEN
    RAISE EXCEPTION 'market time can be set on an embedded server only; this one is %',
      coalesce(nullif(current_setting('cluster_name'), ''), 'not embedded');
  END IF;
  RETURN new;
END
$$;
CREATE OR REPLACE TRIGGER clock_only_embedded BEFORE INSERT OR UPDATE ON dxy.clock
  FOR EACH ROW EXECUTE FUNCTION dxy.refuse_clock();
