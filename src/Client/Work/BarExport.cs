using System.Runtime.CompilerServices;
using DxyOrleans.Bars;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Client.Work;

/// <summary>A stored row as it stands, numbers as the database prints them: what is exported is what is there, whoever wrote it.</summary>
internal sealed record ExportedBar(
    Series Series,
    UtcTime Time,
    string? Open,
    string? High,
    string? Low,
    string? Close,
    string? Volume,
    string? Vwap,
    string? TradeCount,
    bool IsPartial,
    string? Source,
    UtcTime? IngestedAt,
    string Raw,
    UtcTime? CreatedAt,
    UtcTime? UpdatedAt
);

/// <summary>Reading stored bars for people and programs.</summary>
internal static class BarExport
{
    /// <summary>Where the newest <paramref name="count"/> bars before an instant begin; null when there is none.</summary>
    public static async Task<UtcTime?> NewestFromAsync(
        NpgsqlDataSource database,
        BarTable table,
        Series series,
        UtcTime before,
        int count,
        CancellationToken cancellation
    )
    {
        await using var command = database.Statement("nth_newest");
        command.Parameters.AddSeries(series).With(before.ToDateTime()).With(count).With(table.Name);
        return await command.ExecuteScalarAsync(cancellation) is DateTime from ? UtcTime.From(from) : null;
    }

    /// <summary>Streams the rows of a range, ascending, as they stand or, with <c>asOf</c>, as they stood at that instant.</summary>
    public static async IAsyncEnumerable<ExportedBar> ReadAsync(
        NpgsqlDataSource database,
        BarTable table,
        Series series,
        TimeRange range,
        UtcTime? asOf,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await using var command = database.Statement(asOf is null ? "export_bars" : "export_bars_as_of");
        command.Parameters.AddSeries(series).AddRange(range).With(table.Name);
        if (asOf is { } instant)
        {
            command.Parameters.With(instant.ToDateTime());
        }

        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return new ExportedBar(
                series,
                reader.GetUtc(0),
                Text(reader, 1),
                Text(reader, 2),
                Text(reader, 3),
                Text(reader, 4),
                Text(reader, 5),
                Text(reader, 6),
                Text(reader, 7),
                reader.GetBoolean(8),
                Text(reader, 9),
                Time(reader, 10),
                Text(reader, 11) ?? "{}",
                Time(reader, 12),
                Time(reader, 13)
            );
        }
    }

    static string? Text(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    static UtcTime? Time(NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetUtc(ordinal);
}
