-- Whether a binary COPY of ours fits the table $1: it writes trade_count in four bytes, a shop may keep eight.
-- True too where the column is missing: the COPY then fails as the merge would, and what the table lacks is told.
SELECT coalesce((SELECT a.atttypid = 'integer'::regtype FROM pg_attribute AS a WHERE a.attrelid = to_regclass('public.' || $1)
  AND a.attname = 'trade_count'), true)
