-- Where each index's 1m bars are written and read; without a row: new, epoch 1.
SELECT r.canonical_symbol, coalesce(t.mode, 'new'), coalesce(t.epoch, 1)
FROM public.core_asset_registry_all AS r LEFT JOIN dxy.route AS t ON t.symbol = r.canonical_symbol
WHERE (r.metadata->>'is_synthetic')::boolean ORDER BY 1
