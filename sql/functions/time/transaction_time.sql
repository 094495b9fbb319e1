-- Market time of the transaction's beginning: what its statements did is seen by others at once, so it bears one time.
CREATE OR REPLACE FUNCTION dxy.transaction_time() RETURNS timestamptz
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
  RETURN coalesce(
    (SELECT c.anchor_market + greatest(transaction_timestamp() - c.anchor_real, interval '0') * c.rate FROM dxy.clock AS c),
    transaction_timestamp());
END
$$;
