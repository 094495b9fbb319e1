-- What of the asked ranges is not worked off yet, whether one of them has failed, and how many silos are alive to do it ($5:
-- the silence after which one is taken for gone).
SELECT count(*), min(d.from_ts), max(d.error),
       (SELECT count(*) FROM dxy_orleans.cluster_member AS m WHERE m.status = 3
         AND coalesce(m.seen_at, m.alive_time) > clock_timestamp() - $5)
FROM dxy.due AS d
WHERE d.symbol = $1 AND d.timeframe = $2 AND d.cause = 'request' AND d.from_ts < $4 AND d.to_ts > $3
