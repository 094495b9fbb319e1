-- Which bars the next COPY of the transaction sends: a COPY takes no parameters.
SELECT set_config('dxy.copy_symbol', $1, true), set_config('dxy.copy_timeframe', $2, true),
       set_config('dxy.copy_from', $3::timestamptz::text, true), set_config('dxy.copy_to', $4::timestamptz::text, true)
