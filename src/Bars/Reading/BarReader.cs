using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Bars.Reading;

/// <summary>Rows of a table as bars, and those of them that are none.</summary>
/// <param name="Bars">The bars, ascending.</param>
/// <param name="Unfit">Rows that can't be bars, each with its reason.</param>
public sealed record BarsRead<T>(List<T> Bars, List<UnfitRow> Unfit);

/// <summary>Reading stored bars. Rows of other programs that are not bars (a price of zero, a high below the low) are told apart, never
/// thrown on: see <see cref="HostRow"/>.</summary>
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
    public static async Task<BarsRead<StoredBar>> ReadAsync(NpgsqlDataReader reader, Series series, CancellationToken cancellation)
    {
        var read = new BarsRead<StoredBar>([], []);
        while (await reader.ReadAsync(cancellation))
        {
            if (Row(reader, series, out var unfit) is { } bar)
            {
                read.Bars.Add(bar);
            }
            else if (unfit is not null)
            {
                read.Unfit.Add(unfit);
            }
        }

        return read;
    }

    /// <summary>The bars of a series that open in the range, ascending, without where they came from and when.</summary>
    public static async Task<BarsRead<Bar>> ReadValuesAsync(
        NpgsqlConnection connection,
        BarTable table,
        Series series,
        TimeRange range,
        CancellationToken cancellation
    )
    {
        await using var command = new NpgsqlCommand(connection.Bound(table.ReadValues), connection);
        command.Parameters.AddSeries(series).AddRange(range);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var read = new BarsRead<Bar>([], []);
        while (await reader.ReadAsync(cancellation))
        {
            if (TryBar(reader, series, out var bar, out var unfit))
            {
                read.Bars.Add(bar);
            }
            else if (unfit is not null)
            {
                read.Unfit.Add(unfit);
            }
        }

        return read;
    }

    /// <summary>Streams the bars of a series that open in the range, ascending.</summary>
    public static async IAsyncEnumerable<StoredBar> StreamAsync(
        NpgsqlDataSource database,
        BarTable table,
        Series series,
        TimeRange range,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default
    )
    {
        await using var command = database.CreateCommand(database.Bound(table.Read));
        command.Parameters.AddSeries(series).AddRange(range);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (Row(reader, series, out _) is { } bar)
            {
                yield return bar;
            }
        }
    }

    /// <summary>The newest final bar of a series in <c>data_bars</c> that has ended, null when it has none among its newest rows.</summary>
    public static async Task<StoredBar?> NewestAsync(NpgsqlDataSource database, Series series, CancellationToken cancellation)
    {
        await using var command = database.Statement("read_newest");
        command.Parameters.AddSeries(series);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (Row(reader, series, out _) is { } bar)
            {
                return bar;
            }
        }

        return null;
    }

    /// <summary>A close alone, as the server sends a numeric (empty: null); false, with the reason, when it is none.</summary>
    public static bool TryClose(
        Series series,
        UtcTime time,
        byte[] number,
        out double close,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(false)] out UnfitRow? unfit
    )
    {
        unfit = HostRow.TryClose(number, out close, out var why)
            ? null
            : new UnfitRow(series, time, "close", ServerNumber.Text(number), why);
        return unfit is null;
    }

    static bool TryBar(
        NpgsqlDataReader reader,
        Series series,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Bar? bar,
        out UnfitRow? unfit
    ) =>
        new HostRow
        {
            Time = reader.GetUtc(0),
            Open = Number(reader, 1),
            High = Number(reader, 2),
            Low = Number(reader, 3),
            Close = Number(reader, 4),
            Volume = Number(reader, 5),
            Vwap = Number(reader, 6),
            TradeCount = reader.IsDBNull(7) ? null : reader.GetInt32(7),
            IsPartial = reader.GetBoolean(8),
        }.TryBar(series, out bar, out unfit);

    static byte[] Number(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? [] : reader.GetFieldValue<byte[]>(ordinal);

    static StoredBar? Row(NpgsqlDataReader reader, Series series, out UnfitRow? unfit) =>
        TryBar(reader, series, out var bar, out unfit)
            ? new StoredBar(bar, reader.GetString(9), reader.GetString(10), Time(reader, 11), Time(reader, 12))
            : null;

    static UtcTime? Time(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetUtc(ordinal);
}
