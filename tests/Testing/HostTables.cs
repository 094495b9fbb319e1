namespace DxyOrleans.Testing;

/// <summary>Tables as the database of a host may have them: loosely ours, and changed in one way or another.</summary>
public static class HostTables
{
    const string Bar = """
        canonical_symbol text NOT NULL, timeframe text NOT NULL, ts_utc timestamptz NOT NULL,
        open numeric(20,8) NOT NULL, high numeric(20,8) NOT NULL, low numeric(20,8) NOT NULL, close numeric(20,8) NOT NULL,
        vol numeric DEFAULT 0, vwap numeric, trade_count integer DEFAULT 0, is_partial boolean NOT NULL DEFAULT false
        """;

    const string Rest =
        "ingested_at timestamptz NOT NULL DEFAULT now(), raw jsonb DEFAULT '{}', created_at timestamptz DEFAULT now(), updated_at "
        + "timestamptz DEFAULT now()";

    public const string Base = $$"""
        CREATE TABLE data_bars ({{Bar}}, source text NOT NULL DEFAULT 'ingest', {{Rest}}, PRIMARY KEY (canonical_symbol, timeframe,
          ts_utc));
        CREATE TABLE derived_data_bars ({{Bar}}, source text NOT NULL DEFAULT 'derived', {{Rest}},
          derivation_version int NOT NULL DEFAULT 1, deleted_at timestamptz);
        CREATE UNIQUE INDEX active_key ON derived_data_bars (canonical_symbol, timeframe, ts_utc) WHERE deleted_at IS NULL;
        CREATE TABLE core_asset_registry_all (canonical_symbol text PRIMARY KEY, asset_class text, description text, active boolean,
          test_active boolean,
          metadata jsonb DEFAULT '{}', created_at timestamptz DEFAULT now(), updated_at timestamptz DEFAULT now());
        INSERT INTO core_asset_registry_all (canonical_symbol, asset_class, active, metadata)
        SELECT s, 'fx', true, '{"derived_timeframes": ["5m", "1h"]}' FROM unnest('{EURUSD,USDJPY,GBPUSD,USDCAD,USDSEK,USDCHF}'::text[])
          AS s;
        INSERT INTO core_asset_registry_all (canonical_symbol, asset_class, active, metadata) VALUES ('DXY', 'currency_index', true,
          '{"is_synthetic": true, "base_timeframe": "1m", "components": ["EURUSD", "USDJPY", "GBPUSD", "USDCAD", "USDSEK", "USDCHF"], "derived_timeframes": ["5m", "1h"]}');

        """;

    /// <summary>An hour of the six pairs, by a program that knows nothing of us.</summary>
    public const string Hour = """
        INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source)
        SELECT s, '1m', t, p, p, p, p, 0, 'ingest'
        FROM (VALUES ('EURUSD', 1.10), ('USDJPY', 150), ('GBPUSD', 1.27), ('USDCAD', 1.36), ('USDSEK', 10.5), ('USDCHF', 0.88)) AS v(s, p),
             generate_series(timestamptz '2025-01-13 10:00Z', '2025-01-13 10:59Z', '1 min') AS t
        """;

    /// <summary>The same where there is no volume.</summary>
    public static readonly string HourWithoutVolume = Hour.Replace(" vol,", "", StringComparison.Ordinal)
        .Replace(" 0, 'ingest'", " 'ingest'", StringComparison.Ordinal);

    /// <summary>The same by a program whose times have no zone and are UTC, whatever zone its session has.</summary>
    public static readonly string HourWithoutZone = Hour.Replace("timestamptz ", "timestamp ", StringComparison.Ordinal);

    /// <summary>A statement of both tables.</summary>
    public static string Both(string change) =>
        change.Replace("{0}", "data_bars", StringComparison.Ordinal)
        + ";"
        + change.Replace("{0}", "derived_data_bars", StringComparison.Ordinal)
        + ";";

    static string Prices(string type) =>
        string.Join(", ", new[] { "open", "high", "low", "close" }.Select(name => $"ALTER {name} TYPE {type}"));

    const string DropKeys = "ALTER TABLE data_bars DROP CONSTRAINT data_bars_pkey; DROP INDEX active_key; ";

    const string MakeKeys =
        "; ALTER TABLE data_bars ADD PRIMARY KEY (canonical_symbol, timeframe, ts_utc); "
        + "CREATE UNIQUE INDEX active_key ON derived_data_bars (canonical_symbol, timeframe, ts_utc) WHERE deleted_at IS NULL";

    const string Rounding = """
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.updated_at := now(); {0} RETURN NEW; END$$;
        CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON data_bars FOR EACH ROW EXECUTE FUNCTION touch();
        CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON derived_data_bars FOR EACH ROW EXECUTE FUNCTION touch()
        """;

    static string Rounds(string change) => Rounding.Replace("{0}", change, StringComparison.Ordinal);

    /// <summary>Hosts that are accepted, each with what its DXY minutes' close reads as.</summary>
    public static readonly IReadOnlyDictionary<string, (string Change, string Close, string RolledClose)> Accepted = new Dictionary<
        string,
        (string, string, string)
    >
    {
        ["as it is"] = ("", "103.04132390", "103.04132390"),
        ["without counts and volumes"] = (
            "ALTER TABLE data_bars ALTER trade_count DROP DEFAULT, ALTER trade_count DROP NOT NULL, ALTER vol DROP DEFAULT",
            "103.04132390",
            "103.04132390"
        ),
        ["no volume, no provenance, no times of ours"] = (
            Both("ALTER TABLE {0} DROP vol, DROP raw, DROP created_at, DROP updated_at, DROP ingested_at"),
            "103.04132390",
            "103.04132390"
        ),
        ["double precision"] = (
            Both($"ALTER TABLE {{0}} {Prices("float8")}, ALTER vol TYPE float8, ALTER vwap TYPE float8"),
            "103.0413239",
            "103.0413239"
        ),
        ["real"] = (Both($"ALTER TABLE {{0}} {Prices("real")}, ALTER vol TYPE real, ALTER vwap TYPE real"), "103.04132", "103.04132"),
        ["numeric without a scale"] = (Both($"ALTER TABLE {{0}} {Prices("numeric")}"), "103.04132390", "103.04132390"),
        ["two scales"] = (
            $"ALTER TABLE data_bars {Prices("numeric(18,6)")}; ALTER TABLE derived_data_bars {Prices("numeric(18,4)")}",
            "103.041324",
            "103.0413"
        ),
        ["two places"] = (Both($"ALTER TABLE {{0}} {Prices("numeric(10,2)")}"), "103.04", "103.04"),
        ["one table in doubles and the other not"] = ($"ALTER TABLE derived_data_bars {Prices("float8")}", "103.04132390", "103.0413239"),
        ["varchar, char and whole numbers"] = (
            """
            ALTER TABLE data_bars ALTER canonical_symbol TYPE varchar(12), ALTER timeframe TYPE varchar(4), ALTER source TYPE varchar(20),
              ALTER raw TYPE json USING raw::json,
              ALTER trade_count TYPE bigint, ALTER vol TYPE bigint USING vol::bigint;
            ALTER TABLE derived_data_bars ALTER canonical_symbol TYPE varchar(12), ALTER timeframe TYPE char(3)
            """,
            "103.04132390",
            "103.04132390"
        ),
        ["enums"] = (
            DropKeys
                + """
                CREATE TYPE tf AS ENUM ('1m', '5m', '1h'); CREATE TYPE src AS ENUM ('ingest', 'massive_api', 'synthetic', 'derived');
                ALTER TABLE data_bars ALTER source DROP DEFAULT; ALTER TABLE derived_data_bars ALTER source DROP DEFAULT;
                ALTER TABLE data_bars ALTER timeframe TYPE tf USING timeframe::tf, ALTER source TYPE src USING source::src;
                ALTER TABLE derived_data_bars ALTER timeframe TYPE tf USING timeframe::tf, ALTER source TYPE src USING source::src
                """
                + MakeKeys,
            "103.04132390",
            "103.04132390"
        ),
        ["no vwap, no count"] = (
            "ALTER TABLE data_bars DROP COLUMN vwap, DROP COLUMN trade_count; ALTER TABLE derived_data_bars DROP COLUMN vwap",
            "103.04132390",
            "103.04132390"
        ),
        ["triggers that round the pairs"] = (
            Rounds("IF NEW.canonical_symbol LIKE '%USD%' THEN NEW.close := round(NEW.close, 5); END IF;"),
            "103.04132390",
            "103.04132390"
        ),
        ["triggers that round the index too"] = (
            Rounds(
                "NEW.open := round(NEW.open, 5); NEW.high := round(NEW.high, 5); NEW.low := round(NEW.low, 5); NEW.close := "
                    + "round(NEW.close, 5);"
            ),
            "103.04132000",
            "103.04132000"
        ),
        ["triggers that round up"] = (
            Rounds(
                "NEW.open := ceil(NEW.open * 1e5) / 1e5; NEW.high := ceil(NEW.high * 1e5) / 1e5; NEW.low := ceil(NEW.low * 1e5) / 1e5; "
                    + "NEW.close := ceil(NEW.close * 1e5) / 1e5;"
            ),
            "103.04133000",
            "103.04133000"
        ),
        ["triggers that cut prices off"] = (
            Rounds(
                "NEW.open := trunc(NEW.open, 4); NEW.high := trunc(NEW.high, 4); NEW.low := trunc(NEW.low, 4); NEW.close := "
                    + "trunc(NEW.close, 4);"
            ),
            "103.04130000",
            "103.04130000"
        ),
        ["triggers that change all but prices"] = (
            Rounds("NEW.source := upper(NEW.source); NEW.vol := NULL; NEW.trade_count := -1; NEW.raw := NULL;"),
            "103.04132390",
            "103.04132390"
        ),
        ["triggers that note something in the provenance"] = (
            Rounds("NEW.raw := coalesce(NEW.raw, '{}') || '{\"seen\": true}';"),
            "103.04132390",
            "103.04132390"
        ),
        ["a generated column in a partitioned table"] = (
            "DROP TABLE data_bars; CREATE TABLE data_bars ("
                + Bar
                + ", mid numeric GENERATED ALWAYS AS ((high + low) / 2) STORED, source text NOT NULL DEFAULT 'ingest', "
                + Rest
                + ", "
                + "PRIMARY KEY (canonical_symbol, timeframe, ts_utc)) PARTITION BY RANGE (ts_utc); "
                + "CREATE TABLE data_bars_24 PARTITION OF data_bars FOR VALUES FROM ('2024-01-01Z') TO ('2025-01-01Z'); CREATE TABLE "
                + "data_bars_25 PARTITION OF data_bars FOR VALUES FROM ('2025-01-01Z') TO ('2026-01-01Z')",
            "103.04132390",
            "103.04132390"
        ),
        ["generated columns"] = (
            """
            ALTER TABLE data_bars ADD COLUMN mid numeric GENERATED ALWAYS AS ((high + low) / 2) STORED,
              ADD COLUMN day date; ALTER TABLE data_bars DROP COLUMN updated_at;
            ALTER TABLE data_bars ADD COLUMN updated_at timestamptz GENERATED ALWAYS AS (ingested_at) STORED
            """,
            "103.04132390",
            "103.04132390"
        ),
        ["a weighted price that the server makes"] = (
            Both("ALTER TABLE {0} DROP COLUMN vwap, ADD COLUMN vwap numeric GENERATED ALWAYS AS ((high + low + close) / 3) STORED"),
            "103.04132390",
            "103.04132390"
        ),
        ["times without a zone"] = (
            Both("ALTER TABLE {0} ALTER ts_utc TYPE timestamp USING ts_utc AT TIME ZONE 'UTC'"),
            "103.04132390",
            "103.04132390"
        ),
        ["times without a zone in one table"] = (
            "ALTER TABLE derived_data_bars ALTER ts_utc TYPE timestamp USING ts_utc AT TIME ZONE 'UTC'",
            "103.04132390",
            "103.04132390"
        ),
        ["a serial key"] = (
            "ALTER TABLE data_bars DROP CONSTRAINT data_bars_pkey; ALTER TABLE data_bars ADD COLUMN id bigserial PRIMARY KEY; "
                + "CREATE UNIQUE INDEX ON data_bars (ts_utc, canonical_symbol, timeframe); ALTER TABLE derived_data_bars ADD COLUMN id "
                + "bigint GENERATED ALWAYS AS IDENTITY",
            "103.04132390",
            "103.04132390"
        ),
        ["domains"] = (
            "CREATE DOMAIN price AS numeric(20,8) CHECK (VALUE > 0); CREATE DOMAIN word AS varchar(20) CHECK (VALUE <> ''); "
                + Both($"ALTER TABLE {{0}} {Prices("price")}, ALTER source TYPE word"),
            "103.04132390",
            "103.04132390"
        ),
        ["a harmless foreign key"] = (
            "ALTER TABLE data_bars ADD FOREIGN KEY (canonical_symbol) REFERENCES core_asset_registry_all; ALTER TABLE derived_data_bars "
                + "ADD CHECK (trade_count >= 0)",
            "103.04132390",
            "103.04132390"
        ),
    };

    /// <summary>Hosts that are refused, each with what the line has to say.</summary>
    public static readonly IReadOnlyDictionary<string, (string Change, string Says)> Refused = new Dictionary<string, (string, string)>
    {
        ["one more column"] = (
            "ALTER TABLE data_bars ADD COLUMN vendor text NOT NULL DEFAULT 'x'; ALTER TABLE data_bars ALTER vendor DROP DEFAULT",
            "public.data_bars.vendor is NOT NULL without a default"
        ),
        ["one more column in the old table"] = (
            "ALTER TABLE derived_data_bars ADD COLUMN vendor text NOT NULL",
            "public.derived_data_bars.vendor is NOT NULL without a default"
        ),
        ["a check"] = ("ALTER TABLE data_bars ADD CHECK (vol > 0 OR canonical_symbol <> 'DXY')", "data_bars_check"),
        ["a check of a rollup"] = (
            "ALTER TABLE derived_data_bars ADD CONSTRAINT counted CHECK (trade_count > 0)",
            "counted: CHECK ((trade_count > 0))"
        ),
        ["a wider key"] = (
            "ALTER TABLE data_bars DROP CONSTRAINT data_bars_pkey; ALTER TABLE data_bars ADD COLUMN id bigserial PRIMARY KEY; "
                + "CREATE UNIQUE INDEX wide ON data_bars (canonical_symbol, timeframe, ts_utc, source)",
            "public.data_bars is unique by (canonical_symbol, timeframe, ts_utc, source) in wide"
        ),
        ["times without a zone"] = (
            "ALTER TABLE data_bars ALTER ts_utc TYPE timestamp USING ts_utc AT TIME ZONE 'UTC'",
            "DXY_HOSTZONE=UTC"
        ),
        ["no room for an index"] = (
            $"ALTER TABLE derived_data_bars {Prices("numeric(10,8)")}",
            "public.derived_data_bars.close is numeric(10,8), which can't hold an index"
        ),
        ["an enum without our word"] = (
            "CREATE TYPE src AS ENUM ('ingest'); ALTER TABLE data_bars ALTER source DROP DEFAULT; ALTER TABLE data_bars ALTER source "
                + "TYPE src USING source::src",
            "public.data_bars.source is public.src, which can't hold 'synthetic'"
        ),
        ["a source too short"] = (
            "ALTER TABLE data_bars ALTER source TYPE varchar(6)",
            "public.data_bars.source is character varying(6), which can't hold 'synthetic'"
        ),
        ["a trigger that drops the row"] = (
            "CREATE FUNCTION drop_it() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.source = 'synthetic' THEN RETURN NULL; END "
                + "IF; RETURN NEW; END$$; "
                + "CREATE TRIGGER drop_it BEFORE INSERT ON data_bars FOR EACH ROW EXECUTE FUNCTION drop_it()",
            "public.data_bars refuses a row of ours (DXY/1m of source 'synthetic'"
        ),
        ["a trigger that changes a price beyond knowing"] = (
            Rounds("IF NEW.canonical_symbol = 'DXY' THEN NEW.close := NEW.close - 0.0001; NEW.low := NEW.low - 0.0001; END IF;"),
            "which no rounding explains"
        ),
        ["a trigger that raises"] = (
            "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.canonical_symbol = 'DXY' THEN RAISE 'no DXY here'; "
                + "END IF; RETURN NEW; END$$; "
                + "CREATE TRIGGER no BEFORE INSERT ON derived_data_bars FOR EACH ROW EXECUTE FUNCTION no()",
            "no DXY here"
        ),
        ["a deferred constraint"] = (
            "CREATE TABLE vendor (name text PRIMARY KEY); INSERT INTO vendor VALUES ('ingest'); "
                + "ALTER TABLE data_bars ADD CONSTRAINT by_vendor FOREIGN KEY (source) REFERENCES vendor DEFERRABLE INITIALLY DEFERRED",
            "by_vendor"
        ),
        ["a domain with a check"] = (
            "CREATE DOMAIN price AS numeric(20,8) CHECK (VALUE < 100); ALTER TABLE derived_data_bars ALTER close TYPE price",
            "price_check"
        ),
        ["a price as text"] = (
            "ALTER TABLE data_bars ALTER close TYPE text",
            "public.data_bars.close is text, which no price can be kept in"
        ),
        ["a view"] = (
            "ALTER TABLE data_bars RENAME TO bars; CREATE VIEW data_bars AS SELECT * FROM bars",
            "public.data_bars is a view and no table"
        ),
        ["an old hypertable"] = (
            "CREATE SCHEMA _timescaledb_catalog; CREATE TABLE _timescaledb_catalog.hypertable (schema_name name, table_name name); "
                + "INSERT INTO _timescaledb_catalog.hypertable VALUES ('public', 'data_bars')",
            "public.data_bars is a hypertable of TimescaleDB"
        ),
        ["no close"] = ("ALTER TABLE derived_data_bars DROP COLUMN close", "public.derived_data_bars.close is missing"),
    };

    /// <summary>As unlike ours as can be, beside <see cref="Base"/>.</summary>
    public static readonly string Unlike =
        Accepted["enums"].Change
        + ";"
        + Both(
            """
            ALTER TABLE {0} ALTER canonical_symbol TYPE char(12), ALTER ts_utc TYPE timestamp USING ts_utc AT TIME ZONE 'UTC',
              ALTER open TYPE float8, ALTER close TYPE real,
              DROP COLUMN vwap, DROP COLUMN trade_count, ALTER vol TYPE bigint, ALTER raw DROP DEFAULT, ALTER raw TYPE json,
                DROP COLUMN updated_at
            """
        )
        + "ALTER TABLE data_bars ADD COLUMN updated_at timestamptz GENERATED ALWAYS AS (ingested_at) STORED; ALTER TABLE "
        + "derived_data_bars ALTER derivation_version TYPE bigint";
}
