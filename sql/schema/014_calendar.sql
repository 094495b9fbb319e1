-- Where the market differs from its rule (the FX week, less Christmas Day and New Year's Day by trading day): what a shop enters, for all
-- symbols or for one class of the registry. Of two periods that overlap, that of a class counts, then the later one.
CREATE TABLE dxy.calendar (
  id           bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  symbol_class text        CHECK (symbol_class <> ''),
  from_ts      timestamptz NOT NULL CHECK (from_ts > '-infinity' AND extract(epoch FROM from_ts)::numeric % 60 = 0),
  to_ts        timestamptz NOT NULL CHECK (to_ts < 'infinity' AND extract(epoch FROM to_ts)::numeric % 60 = 0),
  kind         text        NOT NULL CHECK (kind IN ('closed', 'early-close', 'thin', 'open')),
  note         text        NOT NULL DEFAULT '',
  CHECK (from_ts < to_ts)
);
