-- A shop that keeps its index's 1m bars in derived_data_bars goes on doing so until it migrates.
INSERT INTO dxy.route (symbol, mode, changed_at)
SELECT r.canonical_symbol, 'legacy', dxy.now()
FROM public.core_asset_registry_all AS r
WHERE r.metadata->'is_synthetic' = 'true'
  AND EXISTS (SELECT FROM public.derived_data_bars AS b
              WHERE b.canonical_symbol = r.canonical_symbol AND b.timeframe = '1m' AND b.deleted_at IS NULL)
  AND NOT EXISTS (SELECT FROM public.data_bars AS b WHERE b.canonical_symbol = r.canonical_symbol AND b.timeframe = '1m')
ON CONFLICT (symbol) DO NOTHING
