-- Of the symbols $1 those that the registry hasn't, or has as inactive.
SELECT s.symbol, CASE WHEN r.canonical_symbol IS NULL THEN 'no row' ELSE 'inactive' END
FROM unnest($1::text[]) AS s(symbol) LEFT JOIN public.core_asset_registry_all AS r ON r.canonical_symbol = s.symbol
WHERE r.canonical_symbol IS NULL OR r.active IS FALSE
ORDER BY s.symbol
