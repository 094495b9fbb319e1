-- That a day's comparison failed, and why: what an earlier one found stays, with its time. A day that was never compared has the time 0.
INSERT INTO dxy.shadow AS s (symbol, timeframe, day, equal, different, missing, extra, largest_difference, samples, compared_at)
VALUES ($1, $2, ($3::timestamptz AT TIME ZONE 'UTC')::date, 0, 0, 0, 0, 0,
  jsonb_build_array(jsonb_build_object('kind', 'fault', 'reason', $4::text)), to_timestamp(0))
ON CONFLICT (symbol, timeframe, day) DO UPDATE
SET samples = excluded.samples || coalesce((SELECT jsonb_agg(k.sample) FROM jsonb_array_elements(s.samples) AS k(sample)
  WHERE k.sample->>'kind' <> 'fault'), '[]')
