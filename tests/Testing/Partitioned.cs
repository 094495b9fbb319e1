using DxyOrleans.Core.Time;
using DxyOrleans.Schema;

namespace DxyOrleans.Testing;

/// <summary>Tables of bars that are divided.</summary>
public static class Partitioned
{
    /// <summary>Divided by us, from the January before <see cref="TestHost.Open"/>.</summary>
    public static Partitions Monthly { get; } = new(UtcTime.At(2024, 1, 20));

    /// <summary>A <c>data_bars</c> in partitions by year, as some hosts have it.</summary>
    public const string Tables = """
        CREATE TABLE public.data_bars (
          canonical_symbol text NOT NULL, timeframe text NOT NULL, ts_utc timestamptz NOT NULL,
          open numeric(20,8) NOT NULL, high numeric(20,8) NOT NULL, low numeric(20,8) NOT NULL, close numeric(20,8) NOT NULL,
          vol numeric NOT NULL DEFAULT 0, vwap numeric, trade_count integer NOT NULL DEFAULT 0, is_partial boolean NOT NULL DEFAULT false,
          source text NOT NULL, ingested_at timestamptz NOT NULL DEFAULT now(), raw jsonb NOT NULL DEFAULT '{}',
          created_at timestamptz NOT NULL DEFAULT now(), updated_at timestamptz NOT NULL DEFAULT now(),
          PRIMARY KEY (canonical_symbol, timeframe, ts_utc)
        ) PARTITION BY RANGE (ts_utc);
        CREATE TABLE public.bars_2023 PARTITION OF public.data_bars FOR VALUES FROM ('2023-01-01Z') TO ('2024-01-01Z');
        CREATE TABLE public.bars_2024 PARTITION OF public.data_bars FOR VALUES FROM ('2024-01-01Z') TO ('2025-01-01Z');
        """;
}
