-- $1 the symbol: which tables its 1m bars are read from and written to; both_read_new and new read data_bars alone.
SELECT coalesce((SELECT r.mode FROM dxy.route AS r WHERE r.symbol = $1), 'new')
