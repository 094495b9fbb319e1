-- A shop's three tables as such shops have them before a migration: no unique key and a narrow source check on data_bars,
-- columns missing there, and the deriving version in the old table's key, so that superseded rows stay active beside those
-- that took their place.
CREATE TABLE public.data_bars (
  canonical_symbol text          NOT NULL,
  timeframe        text          NOT NULL,
  ts_utc           timestamptz   NOT NULL,
  open             numeric(20,8) NOT NULL,
  high             numeric(20,8) NOT NULL,
  low              numeric(20,8) NOT NULL,
  close            numeric(20,8) NOT NULL,
  vol              numeric       NOT NULL DEFAULT 0,
  vwap             numeric,
  trade_count      integer       NOT NULL DEFAULT 0,
  is_partial       boolean       NOT NULL DEFAULT false,
  source           text          NOT NULL,
  ingested_at      timestamptz   NOT NULL DEFAULT now(),
  CONSTRAINT chk_source CHECK (source IN ('massive_api', 'ingest'))
);
CREATE INDEX data_bars_lookup ON public.data_bars (canonical_symbol, timeframe, ts_utc);

CREATE TABLE public.derived_data_bars (
  canonical_symbol   text          NOT NULL,
  timeframe          text          NOT NULL,
  ts_utc             timestamptz   NOT NULL,
  open               numeric(20,8) NOT NULL,
  high               numeric(20,8) NOT NULL,
  low                numeric(20,8) NOT NULL,
  close              numeric(20,8) NOT NULL,
  vol                numeric       NOT NULL DEFAULT 0,
  vwap               numeric,
  trade_count        integer       NOT NULL DEFAULT 0,
  is_partial         boolean       NOT NULL DEFAULT false,
  source             text          NOT NULL,
  ingested_at        timestamptz   NOT NULL DEFAULT now(),
  raw                jsonb         NOT NULL DEFAULT '{}',
  created_at         timestamptz   DEFAULT now(),
  updated_at         timestamptz   DEFAULT now(),
  derivation_version integer       NOT NULL DEFAULT 1,
  deleted_at         timestamptz,
  CONSTRAINT chk_derived_source CHECK (source IN ('derived', 'synthetic', 'backfill'))
);
CREATE UNIQUE INDEX derived_data_bars_uq
  ON public.derived_data_bars (canonical_symbol, timeframe, ts_utc, derivation_version) WHERE deleted_at IS NULL;

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
INSERT INTO public.core_asset_registry_all (canonical_symbol, asset_class, description, active, test_active, metadata)
SELECT pair, 'fx', left(pair, 3) || '/' || right(pair, 3), true, true, '{"base_timeframe": "1m"}'
FROM unnest(ARRAY['EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF']) AS pair
