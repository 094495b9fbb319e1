using System.Diagnostics;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Bench.Measurements;

/// <summary>The floor of anything live: one row by one prepared INSERT, committed by itself, on a connection that is open.</summary>
internal sealed class BareCommit : IAsyncDisposable
{
    readonly NpgsqlConnection _connection;
    readonly NpgsqlCommand _insert;

    private BareCommit(NpgsqlConnection connection, NpgsqlCommand insert) => (_connection, _insert) = (connection, insert);

    public static async Task<BareCommit> OpenAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        var insert = new NpgsqlCommand(
            """
            INSERT INTO bench.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
              source, ingested_at, raw, created_at, updated_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, 0, NULL, 0, false, $8, $3, '{}', $3, $3)
            """,
            connection
        );
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "DXY" });
        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "1m" });
        insert.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = default(UtcTime).ToDateTime() });
        for (var price = 0; price < 4; price++)
        {
            insert.Parameters.Add(new NpgsqlParameter<decimal> { TypedValue = 103.04132390m });
        }

        insert.Parameters.Add(new NpgsqlParameter<string> { TypedValue = "synthetic" });
        await insert.PrepareAsync(cancellation);
        return new BareCommit(connection, insert);
    }

    public async Task<TimeSpan> RunAsync(UtcTime time, CancellationToken cancellation)
    {
        ((NpgsqlParameter<DateTime>)_insert.Parameters[2]).TypedValue = time.ToDateTime();
        var start = Stopwatch.GetTimestamp();
        await _insert.ExecuteNonQueryAsync(cancellation);
        return Stopwatch.GetElapsedTime(start);
    }

    public async ValueTask DisposeAsync()
    {
        await _insert.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
