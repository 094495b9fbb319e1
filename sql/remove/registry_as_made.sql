-- Whether the registry holds what it was made with and nothing else: symbols that somebody added or changed are his.
SELECT 'row' FROM public.core_asset_registry_all AS r
-- The two times of a row that was just made are two looks at the clock.
WHERE r.updated_at NOT BETWEEN r.created_at - interval '10 milliseconds' AND r.created_at + interval '10 milliseconds'
  OR r.canonical_symbol <> ALL (ARRAY['EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF', 'DXY'])
LIMIT 1
