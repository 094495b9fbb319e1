using System.Runtime.CompilerServices;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Bars.Reading;

/// <summary>Reading stored bars for people and programs.</summary>
public static class BarExport
{
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
            yield return ExportedBar.Read(reader, series);
        }
    }
}
