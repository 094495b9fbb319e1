-- The migration's log: whoever appends, the chain is made here. Each hash covers the one before, so that nothing can be
-- changed, left out or put in between.
CREATE OR REPLACE FUNCTION dxy.chain_event() RETURNS trigger
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_last record;
BEGIN
  -- The run's row: one appender at a time, and whoever works on the run holds it anyway.
  SELECT r.log_seq, r.log_hash INTO v_last FROM dxy.run AS r WHERE r.name = new.run FOR UPDATE;
  new.seq := v_last.log_seq + 1;
  new.at := dxy.now();
  new.role := session_user;
  new.hash := dxy.event_hash(v_last.log_hash, new);
  UPDATE dxy.run SET log_seq = new.seq, log_hash = new.hash WHERE name = new.run;
  RETURN new;
END
$$;

-- SHA-256 over the hash before (nothing for the first) and the event's values, each preceded by its length so that none can
-- run into the next.
CREATE OR REPLACE FUNCTION dxy.event_hash(p_before bytea, p_event dxy.run_event) RETURNS bytea
LANGUAGE sql STABLE
SET search_path = pg_catalog, pg_temp
SET timezone = 'UTC'
AS $$
  SELECT sha256(coalesce(p_before, ''::bytea) || convert_to((
    SELECT string_agg(length(v) || ':' || v, '' ORDER BY n)
    FROM unnest(ARRAY[p_event.run, p_event.seq::text, to_char(p_event.at, 'YYYY-MM-DD"T"HH24:MI:SS.US'), p_event.role, p_event.kind,
      p_event.detail::text])
         WITH ORDINALITY AS t(v, n)), 'UTF8'))
$$;

CREATE OR REPLACE TRIGGER run_event_chain BEFORE INSERT ON dxy.run_event
  FOR EACH ROW EXECUTE FUNCTION dxy.chain_event();
