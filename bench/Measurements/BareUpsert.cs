using DxyOrleans.Core.Bars;
using Npgsql;
using NpgsqlTypes;

namespace DxyOrleans.Bench.Measurements;

/// <summary>The floor of many live bars: one batch of prepared upserts, a row each, in one round trip and one commit, into a table without
/// triggers.</summary>
internal sealed class BareUpsert(NpgsqlConnection connection) : IAsyncDisposable
{
    const string Upsert = """
        INSERT INTO bench.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
          source, ingested_at, raw, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $3, '{}', $3, $3)
        ON CONFLICT (canonical_symbol, timeframe, ts_utc) DO UPDATE
        SET open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close, vol = excluded.vol,
          updated_at = excluded.updated_at
        """;

    public async Task RunAsync(IReadOnlyList<Bar> bars, CancellationToken cancellation)
    {
        await using var batch = new NpgsqlBatch(connection);
        foreach (var bar in bars)
        {
            var command = new NpgsqlBatchCommand(Upsert);
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = bar.Symbol.Name });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = bar.Timeframe.ToString() });
            command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = bar.Time.ToDateTime() });
            foreach (var price in (decimal[])[bar.Open, bar.High, bar.Low, bar.Close, bar.Volume])
            {
                command.Parameters.Add(new NpgsqlParameter<decimal> { TypedValue = price });
            }

            command.Parameters.Add(
                new NpgsqlParameter { Value = bar.Vwap is { } vwap ? vwap : DBNull.Value, NpgsqlDbType = NpgsqlDbType.Numeric }
            );
            command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = bar.TradeCount });
            command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = bar.IsPartial });
            command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "ingest" });
            batch.BatchCommands.Add(command);
        }

        await batch.ExecuteNonQueryAsync(cancellation);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
