-- Buckets of a rollup that one of the 1m bars which are left in the table $3 denies.
SELECT t FROM dxy.denied_buckets($1, $2, $3, $4, $5) AS t
