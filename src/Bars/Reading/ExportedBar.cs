using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Bars.Reading;

/// <summary>
/// A stored row as it stands, numbers as the database prints them: what is handed out is what is there, whoever wrote it.
/// </summary>
public sealed record ExportedBar(
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
)
{
    /// <summary>One row of <c>export_bars</c> or <c>export_bars_as_of</c>.</summary>
    public static ExportedBar Read(NpgsqlDataReader row, Series series) =>
        new(
            series,
            row.GetUtc(0),
            Text(row, 1),
            Text(row, 2),
            Text(row, 3),
            Text(row, 4),
            Text(row, 5),
            Text(row, 6),
            Text(row, 7),
            row.GetBoolean(8),
            Text(row, 9),
            At(row, 10),
            Text(row, 11) ?? "{}",
            At(row, 12),
            At(row, 13)
        );

    static string? Text(NpgsqlDataReader row, int ordinal) => row.IsDBNull(ordinal) ? null : row.GetString(ordinal);

    static UtcTime? At(NpgsqlDataReader row, int ordinal) => row.IsDBNull(ordinal) ? null : row.GetUtc(ordinal);
}
