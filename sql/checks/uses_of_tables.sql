-- What the registry asks of the shop's tables: whether anything is derived or rolled up here, and whether the 1m bars of an
-- index are written to data_bars (its route, where it has none the new one, is not the old one).
SELECT count(*) > 0, coalesce(bool_or(d.target_timeframe = '1m' AND coalesce(r.mode, 'new') <> 'legacy'), false)
FROM dxy.dependency AS d LEFT JOIN dxy.route AS r ON r.symbol = d.target_symbol
