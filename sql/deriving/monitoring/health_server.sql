SELECT current_setting('server_version_num')::integer, current_setting('server_version'), clock_timestamp(), dxy.now(),
       EXISTS (SELECT FROM dxy.clock), (SELECT coalesce(sum(m.bars), 0) FROM dxy.missed AS m
         WHERE m.found_at > dxy.now() - interval '24 hours')
