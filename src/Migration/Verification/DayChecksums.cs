using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using Npgsql;

namespace DxyOrleans.Migration.Verification;

/// <summary>A UTC day of both tables.</summary>
/// <param name="Day">Its beginning.</param>
/// <param name="Bars">Active rows of the old table.</param>
/// <param name="IsEqual">Whether the new table's rows have the same number and the same hash.</param>
internal readonly record struct DayChecksum(UtcTime Day, long Bars, bool IsEqual);

/// <summary>The days of a slice, both tables read at once where the snapshot has a connection for each.</summary>
internal static class DayChecksums
{
    /// <summary>Every day that has a row in either table, in order.</summary>
    public static async Task<IReadOnlyList<DayChecksum>> ReadAsync(
        SharedSnapshot snapshot,
        Symbol symbol,
        TimeRange slice,
        CancellationToken cancellation
    )
    {
        Dictionary<UtcTime, (long Bars, decimal Hash)> source,
            target;
        if (snapshot.Second is { } second)
        {
            var both = await Task.WhenAll(
                ReadAsync(snapshot.First, "source_days", symbol, slice, cancellation),
                ReadAsync(second, "target_days", symbol, slice, cancellation)
            );
            (source, target) = (both[0], both[1]);
        }
        else
        {
            source = await ReadAsync(snapshot.First, "source_days", symbol, slice, cancellation);
            target = await ReadAsync(snapshot.First, "target_days", symbol, slice, cancellation);
        }

        return
        [
            .. source
                .Keys.Union(target.Keys)
                .Order()
                .Select(day =>
                    source.TryGetValue(day, out var old)
                        ? new DayChecksum(day, old.Bars, target.TryGetValue(day, out var found) && found == old)
                        : new DayChecksum(day, 0, IsEqual: false)
                ),
        ];
    }

    static async Task<Dictionary<UtcTime, (long Bars, decimal Hash)>> ReadAsync(
        NpgsqlConnection connection,
        string statement,
        Symbol symbol,
        TimeRange slice,
        CancellationToken cancellation
    )
    {
        var days = new Dictionary<UtcTime, (long Bars, decimal Hash)>();
        await using var command = connection.Migration(
            $"verification/{statement}",
            symbol.Name,
            slice.From.ToDateTime(),
            slice.To.ToDateTime()
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            // A sum of 64-bit numbers over a day's rows is far from a decimal's bound of 7.9e28.
            days[reader.GetUtc(0)] = (reader.GetInt64(1), reader.GetDecimal(2));
        }

        return days;
    }
}
