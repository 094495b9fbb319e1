-- Of the symbol $1 with the rollups $2: its newest bar anywhere, its due work, and the statements of other programs to the old
-- table since $3 and since its route was turned last: who was stopped before the switch is no late writer.
SELECT greatest((SELECT max(b.ts_utc) FROM public.data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m'),
                (SELECT max(b.ts_utc) FROM public.derived_data_bars AS b WHERE b.canonical_symbol = $1 AND b.timeframe = '1m'
                  AND b.deleted_at IS NULL),
                (SELECT max((SELECT max(b.ts_utc) FROM public.derived_data_bars AS b
                             WHERE b.canonical_symbol = $1 AND b.timeframe = t.timeframe AND b.deleted_at IS NULL))
                 FROM unnest($2::text[]) AS t(timeframe))),
       d.oldest, d.minutes, d.stuck, d.attempts,
       (SELECT count(*) FROM dxy.touch AS t WHERE t.symbol = $1 AND t.table_name = 'derived_data_bars' AND NOT t.own
          AND t.at >= greatest($3, (SELECT r.changed_at FROM dxy.route AS r WHERE r.symbol = $1)))
FROM (SELECT min(greatest(w.recorded_at, w.ripe_at)) FILTER (WHERE w.ripe) AS oldest,
             coalesce(sum(extract(epoch FROM least(w.to_ts, w.now) - w.from_ts) / 60) FILTER (WHERE w.ripe),
               0)::double precision AS minutes,
             count(*) FILTER (WHERE w.attempts > 0) AS stuck, coalesce(max(w.attempts), 0) AS attempts
      FROM (SELECT u.*, n.now, u.from_ts + dxy.length_of(u.timeframe) AS ripe_at,
                   u.from_ts + dxy.length_of(u.timeframe) + interval '2 seconds' <= n.now
                     AND (u.retry_at IS NULL OR u.retry_at <= n.now) AS ripe
            FROM dxy.due AS u, (SELECT dxy.now() AS now) AS n WHERE u.symbol = $1) AS w) AS d
