-- Which version of the schema stands here, and the least build that works with it. Written before anything else of a version
-- is, so that an older build never takes a half-applied one for its own.
CREATE TABLE IF NOT EXISTS dxy.schema_version (
  only_row   boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
  number     integer     NOT NULL,
  least      integer     NOT NULL,
  applied_at timestamptz NOT NULL   -- real time
);
INSERT INTO dxy.schema_version AS v (number, least, applied_at) VALUES ($number, $least, clock_timestamp())
ON CONFLICT (only_row) DO UPDATE SET number = excluded.number, least = excluded.least, applied_at = excluded.applied_at
WHERE (v.number, v.least) <> (excluded.number, excluded.least);
