-- Minutes of an index in the table $3 that an input which is left denies. $2 is the timeframe, 1m.
SELECT t FROM dxy.denied_minutes($1, $3, $4, $5) AS t WHERE $2 = '1m'
