-- Bytes of a row with its share of the indexes, in either table: the other's where one is empty or was never analysed.
SELECT coalesce(n.bytes, o.bytes, 400), coalesce(o.bytes, n.bytes, 400)
FROM (SELECT pg_total_relation_size(c.oid) / nullif(c.reltuples, 0)::double precision AS bytes, c.reltuples FROM pg_class AS c
  WHERE c.oid = to_regclass('public.data_bars')) AS x(bytes, tuples)
     CROSS JOIN LATERAL (SELECT CASE WHEN x.tuples >= 1000 THEN x.bytes END AS bytes) AS n,
     (SELECT pg_total_relation_size(c.oid) / nullif(c.reltuples, 0)::double precision AS bytes, c.reltuples FROM pg_class AS c
       WHERE c.oid = to_regclass('public.derived_data_bars')) AS y(bytes, tuples)
     CROSS JOIN LATERAL (SELECT CASE WHEN y.tuples >= 1000 THEN y.bytes END AS bytes) AS o
