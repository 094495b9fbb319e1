SELECT t.name FROM (VALUES ('public.data_bars'), ('public.derived_data_bars'), ('public.core_asset_registry_all')) AS t(name)
WHERE row_security_active(to_regclass(t.name)) ORDER BY 1
