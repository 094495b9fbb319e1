using System.Diagnostics;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Bench.Measurements;

/// <summary>Looks for a DXY row again and again on a connection of its own: a row is seen when it is committed and flushed, and not
/// before.</summary>
internal sealed class BarLook : IAsyncDisposable
{
    readonly NpgsqlConnection _connection;
    readonly NpgsqlCommand _select;

    private BarLook(NpgsqlConnection connection, NpgsqlCommand select) => (_connection, _select) = (connection, select);

    public static async Task<BarLook> OpenAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var connection = await database.OpenConnectionAsync(cancellation);
        var select = new NpgsqlCommand(
            "SELECT 1 FROM public.data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc = $1",
            connection
        );
        select.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = default(UtcTime).ToDateTime() });
        await select.PrepareAsync(cancellation);
        return new BarLook(connection, select);
    }

    /// <summary>Returns, counted from <paramref name="start"/>, when the row was seen, and how long the last look took.</summary>
    public async Task<(TimeSpan Found, TimeSpan OneLook)> FindAsync(
        UtcTime time,
        long start,
        TimeSpan longest,
        CancellationToken cancellation
    )
    {
        ((NpgsqlParameter<DateTime>)_select.Parameters[0]).TypedValue = time.ToDateTime();
        while (true)
        {
            var look = Stopwatch.GetTimestamp();
            var found = await _select.ExecuteScalarAsync(cancellation) is not null;
            var now = Stopwatch.GetTimestamp();
            if (found)
            {
                return (Stopwatch.GetElapsedTime(start, now), Stopwatch.GetElapsedTime(look, now));
            }

            if (Stopwatch.GetElapsedTime(start, now) > longest)
            {
                throw new InvalidOperationException($"No DXY row of {time} came; the measurement is void.");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _select.DisposeAsync();
        await _connection.DisposeAsync();
    }
}
