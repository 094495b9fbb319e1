INSERT INTO {1} SELECT b.* FROM {0} AS b WHERE b.canonical_symbol = $1 AND b.ts_utc >= {from} AND b.ts_utc < {to}
