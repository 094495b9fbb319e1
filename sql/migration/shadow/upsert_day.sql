INSERT INTO dxy.shadow AS s (symbol, timeframe, day, equal, different, missing, extra, largest_difference, samples, compared_at)
VALUES ($1, $2, ($3::timestamptz AT TIME ZONE 'UTC')::date, $4, $5, $6, $7, $8, $9::jsonb, $10)
ON CONFLICT (symbol, timeframe, day) DO UPDATE
SET equal = excluded.equal, different = excluded.different, missing = excluded.missing, extra = excluded.extra,
    largest_difference = excluded.largest_difference, samples = excluded.samples, compared_at = excluded.compared_at
WHERE s.compared_at <= excluded.compared_at
