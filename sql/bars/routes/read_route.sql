SELECT coalesce((SELECT r.mode FROM dxy.route AS r WHERE r.symbol = $1), 'new'),
       coalesce((SELECT r.epoch FROM dxy.route AS r WHERE r.symbol = $1), 1)
