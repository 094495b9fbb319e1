using System.Diagnostics;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Bench.Rivals;

/// <summary>
/// A job that derives the last five minutes by one statement, as cron would start it, called at the very moment the sixth bar is committed:
/// its best case. What it waits for its next start comes besides.
/// </summary>
internal sealed class FunctionRival : ILiveRival
{
    readonly BarInserts _inserts;
    readonly NpgsqlConnection _job;
    readonly NpgsqlCommand _derive;

    FunctionRival(BarInserts inserts, NpgsqlConnection job, NpgsqlCommand derive) => (_inserts, _job, _derive) = (inserts, job, derive);

    public string Name => "a job over the last five minutes, started at that moment";

    public string Lacks =>
        "started each minute it comes 30 s later at p50 and 60 s at most; what is older than its window is never repaired; no provenance, "
        + "no second index";

    public static async Task<FunctionRival> MakeAsync(RivalServer server, CancellationToken cancellation)
    {
        var table = await server.MakeTableAsync("worked", cancellation);
        var job = await server.Data.OpenConnectionAsync(cancellation);
        var derive = new NpgsqlCommand(
            $"""
            INSERT INTO {table} (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT 'DXY', '1m', l.ts_utc, l.level, l.level, l.level, l.level, 'synthetic'
            FROM (SELECT b.ts_utc, {RivalServer.Level} AS level
                  FROM (VALUES {RivalServer.Weights}) AS w(symbol, exponent)
                  JOIN {table} AS b ON b.canonical_symbol = w.symbol AND b.timeframe = '1m'
                  WHERE b.ts_utc > $1 - interval '5 minutes' AND b.ts_utc <= $1
                  GROUP BY b.ts_utc HAVING count(*) = 6) AS l
            ON CONFLICT (canonical_symbol, timeframe, ts_utc) DO UPDATE SET open = excluded.open, high = excluded.high,
              low = excluded.low, close = excluded.close
            WHERE ({table.Split('.')[1]}.close) IS DISTINCT FROM (excluded.close)
            """,
            job
        );
        derive.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = default(UtcTime).ToDateTime() });
        await derive.PrepareAsync(cancellation);
        return new FunctionRival(await BarInserts.OpenAsync(server.Data, table, "", cancellation), job, derive);
    }

    public async Task<TimeSpan> MinuteAsync(UtcTime time, int round, CancellationToken cancellation)
    {
        await _inserts.FiveAsync(time, round, cancellation);
        await LiveRivalsMeasurement.WaitAsync(cancellation);
        var start = Stopwatch.GetTimestamp();
        await _inserts.SixthAsync(time, round, cancellation);
        ((NpgsqlParameter<DateTime>)_derive.Parameters[0]).TypedValue = time.ToDateTime();
        var made = await _derive.ExecuteNonQueryAsync(cancellation);
        return made == 1
            ? Stopwatch.GetElapsedTime(start)
            : throw new InvalidOperationException($"The job made {made} rows of one minute; the measurement is void.");
    }

    public async ValueTask DisposeAsync()
    {
        await _derive.DisposeAsync();
        await _job.DisposeAsync();
        await _inserts.DisposeAsync();
    }
}
