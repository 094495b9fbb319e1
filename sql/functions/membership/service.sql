-- Gives a ServiceId to a cluster, unless another cluster holds it and has a silo alive: then nothing changes, and the rows say
-- who. Called once more by a silo whose own row stands in the membership table: of two clusters that start at once one sees
-- the other there, because the claim's row is held while the members are read in a later statement.
CREATE OR REPLACE FUNCTION dxy.claim_service(p_service text, p_cluster text, p_alive interval)
RETURNS TABLE (held_by text, silo text, heard_before interval)
LANGUAGE plpgsql VOLATILE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
  v_holder text;
BEGIN
  INSERT INTO dxy.service AS s (service_id, cluster_id, claimed_at) VALUES (p_service, p_cluster, clock_timestamp())
  ON CONFLICT (service_id) DO UPDATE SET cluster_id = s.cluster_id
  RETURNING s.cluster_id INTO v_holder;
  IF v_holder = p_cluster THEN
    RETURN;
  END IF;

  -- 6 is Dead. By the server's clock, whatever the silo's says; one of an older build tells only its own.
  RETURN QUERY
    SELECT m.deployment_id, m.address || ':' || m.port, clock_timestamp() - coalesce(m.seen_at, m.alive_time)
    FROM dxy_orleans.cluster_member AS m
    WHERE m.deployment_id = v_holder AND m.status <> 6 AND coalesce(m.seen_at, m.alive_time) > clock_timestamp() - p_alive
    ORDER BY 3;
  IF NOT FOUND THEN
    UPDATE dxy.service AS s SET cluster_id = p_cluster, claimed_at = clock_timestamp() WHERE s.service_id = p_service;
  END IF;
END
$$;
