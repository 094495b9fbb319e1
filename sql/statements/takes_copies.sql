-- Whether a binary COPY of ours fits the table $1: it writes trade_count in four bytes, a shop may keep eight.
SELECT a.atttypid = 'integer'::regtype FROM pg_attribute AS a WHERE a.attrelid = to_regclass('public.' || $1) AND a.attname = 'trade_count'
