-- Statements of other programs that wrote the old table's bars since its writes ended ($2) and since the last order to try again of the run ($3): how many, and by whom.
SELECT count(*), string_agg(DISTINCT format('%s (%s)', t.role, coalesce(nullif(t.application, ''), 'no name')), ', '), max(t.at)
FROM dxy.touch AS t
WHERE t.symbol = $1 AND t.table_name = 'derived_data_bars' AND NOT t.own AND t.operation IN ('insert', 'update')
  AND t.at >= greatest($2, (SELECT max(e.at) FROM dxy.run_event AS e WHERE e.run = $3 AND e.kind = 'retried'))
