CREATE TABLE public.derived_data_bars (
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
  raw              jsonb         NOT NULL DEFAULT '{}',
  created_at       timestamptz   NOT NULL DEFAULT now(),
  updated_at       timestamptz   NOT NULL DEFAULT now(),
  derivation_version integer     NOT NULL DEFAULT 1,
  deleted_at       timestamptz,
  CONSTRAINT derived_data_bars_source_check CHECK (source IN ('derived', 'synthetic')),
  -- NaN sorts above every number: high below NaN and the rest below high leaves none.
  CONSTRAINT derived_data_bars_prices_check
    CHECK (low > 0 AND high < 'NaN' AND low <= open AND open <= high AND low <= close AND close <= high),
  CONSTRAINT derived_data_bars_grid_check CHECK (ts_utc = date_bin(
    CASE timeframe WHEN '1m' THEN interval '1 minute' WHEN '5m' THEN interval '5 minutes' WHEN '15m' THEN interval '15 minutes'
                   WHEN '30m' THEN interval '30 minutes' WHEN '1h' THEN interval '1 hour' WHEN '4h' THEN interval '4 hours'
                   WHEN '1d' THEN interval '1 day' END,
    ts_utc, timestamptz '2000-01-01 00:00:00+00'))
);
CREATE UNIQUE INDEX derived_data_bars_active_key
  ON public.derived_data_bars (canonical_symbol, timeframe, ts_utc) WHERE deleted_at IS NULL;

-- Its key counts active rows only: where somebody publishes all tables, updates would be refused without this.
ALTER TABLE public.derived_data_bars REPLICA IDENTITY FULL;
