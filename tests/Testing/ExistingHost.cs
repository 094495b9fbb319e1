namespace DxyOrleans.Testing;

/// <summary>A database in which a host's tables stood before us: looser than ours, with data, with a trigger of its own.</summary>
public static class ExistingHost
{
    public const string Tables = """
        CREATE TABLE public.data_bars (
          canonical_symbol text NOT NULL, timeframe text NOT NULL, ts_utc timestamptz NOT NULL,
          open numeric(20,8) NOT NULL, high numeric(20,8) NOT NULL, low numeric(20,8) NOT NULL, close numeric(20,8) NOT NULL,
          vol numeric NOT NULL DEFAULT 0, vwap numeric, trade_count integer NOT NULL DEFAULT 0, is_partial boolean NOT NULL DEFAULT false,
          source text NOT NULL CHECK (source IN ('massive_api', 'ingest', 'synthetic', 'other_feed')),
            ingested_at timestamptz NOT NULL DEFAULT now(),
          raw jsonb NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
          PRIMARY KEY (canonical_symbol, timeframe, ts_utc)
        );
        CREATE TABLE public.derived_data_bars (LIKE public.data_bars INCLUDING DEFAULTS, derivation_version integer NOT NULL DEFAULT 1,
          deleted_at timestamptz);
        CREATE UNIQUE INDEX active ON public.derived_data_bars (canonical_symbol, timeframe, ts_utc) WHERE deleted_at IS NULL;
        CREATE TABLE public.core_asset_registry_all (
          canonical_symbol text PRIMARY KEY, asset_class text, description text, active boolean, test_active boolean,
          metadata jsonb NOT NULL DEFAULT '{}', created_at timestamptz NOT NULL DEFAULT now(),
            updated_at timestamptz NOT NULL DEFAULT now());
        CREATE FUNCTION public.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN new.updated_at := now(); RETURN new; END $$;
        CREATE TRIGGER touch BEFORE UPDATE ON public.data_bars FOR EACH ROW EXECUTE FUNCTION public.touch();
        INSERT INTO public.core_asset_registry_all (canonical_symbol, active, metadata) VALUES
          ('EURUSD', true, '{"derived_timeframes": ["5m", "1h"]}'),
          ('DXY', true, '{"is_synthetic": true, "base_timeframe": "1m", "components": ["EURUSD", "USDJPY", "GBPUSD", "USDCAD", "USDSEK", "USDCHF"], "derived_timeframes": ["5m", "1h"]}');
        INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
        SELECT 'EURUSD', '1m', t, 1.1, 1.1, 1.1, 1.1, 'other_feed' FROM generate_series(timestamptz '2024-03-04 08:00Z',
          '2024-03-04 08:59Z', '1 minute') AS t;
        INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
        SELECT 'DXY', '1m', t, 104, 104, 104, 104, 'synthetic' FROM generate_series(timestamptz '2024-03-04 08:00Z', '2024-03-04 08:59Z',
          '1 minute') AS t;
        """;

    public static async Task<TestDatabase> CreateAsync(TestServer server)
    {
        var database = await server.CreateDatabaseAsync(TestHost.Token);
        await database.RunAsync(Tables, TestHost.Token);
        return database;
    }
}
