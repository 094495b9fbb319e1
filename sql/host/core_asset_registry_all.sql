CREATE TABLE public.core_asset_registry_all (
  canonical_symbol text        PRIMARY KEY,
  asset_class      text,
  description      text,
  active           boolean,
  test_active      boolean,
  metadata         jsonb       NOT NULL DEFAULT '{}',
  created_at       timestamptz NOT NULL DEFAULT now(),
  updated_at       timestamptz NOT NULL DEFAULT now()
);

INSERT INTO public.core_asset_registry_all (canonical_symbol, asset_class, description, active, test_active, metadata, created_at,
  updated_at)
SELECT pair, 'fx', left(pair, 3) || '/' || right(pair, 3), true, true,
       '{"base_timeframe": "1m", "derived_timeframes": ["5m", "1h"]}', dxy.now(), dxy.now()
FROM unnest(ARRAY['EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF']) AS pair;

INSERT INTO public.core_asset_registry_all (canonical_symbol, asset_class, description, active, test_active, metadata, created_at,
  updated_at)
VALUES ('DXY', 'currency_index', 'US Dollar Index - 6 FX components', true, true, '{
  "is_synthetic": true,
  "base_timeframe": "1m",
  "components": ["EURUSD", "USDJPY", "GBPUSD", "USDCAD", "USDSEK", "USDCHF"],
  "derived_timeframes": ["5m", "1h"],
  "factor": 50.14348112,
  "exponents": {"EURUSD": -0.576, "USDJPY": 0.136, "GBPUSD": -0.119, "USDCAD": 0.091, "USDSEK": 0.042, "USDCHF": 0.036},
  "since": "1999-01-04T00:00:00Z",
  "deriving_version": 1,
  "max_age_minutes": 5
}', dxy.now(), dxy.now());
