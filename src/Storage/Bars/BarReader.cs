using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Storage.Bars;

/// <summary>Reading stored bars. Rows of other programs that are not bars (a price of zero, a high below the low) are left out.</summary>
public static class BarReader
{
    /// <summary>The statement for the bars of a series that open in the range.</summary>
    public static NpgsqlBatchCommand Command(BarTable table, Series series, TimeRange range)
    {
        var command = new NpgsqlBatchCommand(table.Read);
        command.Parameters.AddSeries(series).AddRange(range);
        return command;
    }

    /// <summary>Reads the current result set of <see cref="Command"/>, ascending.</summary>
    public static async Task<List<StoredBar>> ReadAsync(NpgsqlDataReader reader, Series series, CancellationToken cancellation)
    {
        var bars = new List<StoredBar>();
        while (await reader.ReadAsync(cancellation))
        {
            if (Row(reader, series) is { } bar)
            {
                bars.Add(bar);
            }
        }

        return bars;
    }

    /// <summary>The bars of a series that open in the range, ascending, without where they came from and when.</summary>
    public static async Task<List<Bar>> ReadValuesAsync(NpgsqlConnection connection, BarTable table, Series series, TimeRange range, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(connection.Bound(table.ReadValues), connection);
        command.Parameters.AddSeries(series).AddRange(range);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var bars = new List<Bar>();
        while (await reader.ReadAsync(cancellation))
        {
            if (TryBar(reader, series, out var bar))
            {
                bars.Add(bar);
            }
        }

        return bars;
    }

    /// <summary>Streams the bars of a series that open in the range, ascending.</summary>
    public static async IAsyncEnumerable<StoredBar> StreamAsync(NpgsqlDataSource database, BarTable table, Series series, TimeRange range,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
    {
        await using var command = database.CreateCommand(database.Bound(table.Read));
        command.Parameters.AddSeries(series).AddRange(range);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (Row(reader, series) is { } bar)
            {
                yield return bar;
            }
        }
    }

    /// <summary>The newest final bar of a series in <c>data_bars</c>, null when it has none.</summary>
    public static async Task<StoredBar?> NewestAsync(NpgsqlDataSource database, Series series, CancellationToken cancellation)
    {
        await using var command = database.Statement("read_newest");
        command.Parameters.AddSeries(series);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? Row(reader, series) : null;
    }

    static bool TryBar(NpgsqlDataReader reader, Series series, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Bar? bar) => Bar.TryCreate(
        series, reader.GetUtc(0), reader.GetDecimal(1), reader.GetDecimal(2), reader.GetDecimal(3), reader.GetDecimal(4),
        reader.GetDecimal(5), reader.IsDBNull(6) ? null : reader.GetDecimal(6), reader.GetInt32(7), reader.GetBoolean(8), out bar, out _);

    static StoredBar? Row(NpgsqlDataReader reader, Series series) =>
        TryBar(reader, series, out var bar)
            ? new StoredBar(bar, reader.GetString(9), reader.GetString(10), reader.GetUtc(11), reader.GetUtc(12))
            : null;
}
