using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Bench.Rivals;

/// <summary>Writes bars of minutes as a feed handler of a shop's does: one prepared INSERT, committed by itself, on a kept
/// connection.</summary>
internal sealed class BarInserts : IAsyncDisposable
{
    static readonly decimal[] Prices = [1.10m, 150m, 1.27m, 1.36m, 10.5m, 0.88m];
    readonly NpgsqlConnection _connection;
    readonly NpgsqlCommand _insert;

    BarInserts(NpgsqlConnection connection, NpgsqlCommand insert) => (_connection, _insert) = (connection, insert);

    public static async Task<BarInserts> OpenAsync(NpgsqlDataSource database, string table, string conflict, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        var insert = new NpgsqlCommand(
            $"""
            INSERT INTO {table} (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, trade_count, is_partial, source,
              ingested_at, raw, created_at, updated_at)
            VALUES ($1, '1m', $2, $3, $3, $3, $3, 0, 0, false, $4, $2, '{"{}"}', $2, $2) {conflict}
            """,
            connection
        );
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "DXY" });
        insert.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = default(UtcTime).ToDateTime() });
        insert.Parameters.Add(new NpgsqlParameter<decimal> { TypedValue = 103.04132390m });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "synthetic" });
        await insert.PrepareAsync(cancellation);
        return new BarInserts(connection, insert);
    }

    /// <summary>All pairs of a minute but the round's own.</summary>
    public async Task FiveAsync(UtcTime time, int round, CancellationToken cancellation)
    {
        for (var pair = 0; pair < Prices.Length; pair++)
        {
            if (pair != round % Prices.Length)
            {
                await PairAsync(time, pair, round, cancellation);
            }
        }
    }

    /// <summary>The round's own pair, which completes the minute.</summary>
    public Task SixthAsync(UtcTime time, int round, CancellationToken cancellation) =>
        PairAsync(time, round % Prices.Length, round, cancellation);

    public async Task RunAsync(string symbol, UtcTime time, decimal close, string source, CancellationToken cancellation)
    {
        ((NpgsqlParameter<string>)_insert.Parameters[0]).TypedValue = symbol;
        ((NpgsqlParameter<DateTime>)_insert.Parameters[1]).TypedValue = time.ToDateTime();
        ((NpgsqlParameter<decimal>)_insert.Parameters[2]).TypedValue = close;
        ((NpgsqlParameter<string>)_insert.Parameters[3]).TypedValue = source;
        await _insert.ExecuteNonQueryAsync(cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _insert.DisposeAsync();
        await _connection.DisposeAsync();
    }

    Task PairAsync(UtcTime time, int pair, int round, CancellationToken cancellation) =>
        RunAsync(
            IndexDefinition.Dxy.Components[pair].Symbol.Name,
            time,
            decimal.Round(Prices[pair] * (1 + (round % 50 * 0.00001m)), 8),
            "ingest",
            cancellation
        );
}
