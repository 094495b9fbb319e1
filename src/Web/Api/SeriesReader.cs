using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Web.Api;

/// <summary>A bounded part of a range.</summary>
/// <param name="Rows">Ascending.</param>
/// <param name="Next">Where the rest begins; null when there is none.</param>
sealed record RowPage(IReadOnlyList<ExportedBar> Rows, UtcTime? Next);

/// <summary>Reads stored bars, a bounded piece at a time, each in its turn at the gate.</summary>
sealed class SeriesReader(NpgsqlDataSource database, Registries registries, ReadGate gate)
{
    public static readonly UtcTime First = UtcTime.At(1, 1, 2);
    public static readonly UtcTime Last = UtcTime.At(9999, 12, 30);

    /// <summary>Where a series' bars are read, by the registry and the route.</summary>
    public async Task<BarTable> TableAsync(Series series, CancellationToken cancellation)
    {
        var registry = await registries.LoadAsync(cancellation);
        registry.Require(series.Symbol);
        return RouteReader.TableWithoutRoute(registry, series)
            ?? (
                await gate.ReadAsync(
                    async end =>
                    {
                        await using var connection = await database.OpenConnectionAsync(end);
                        return await RouteReader.RouteAsync(connection, series.Symbol, end);
                    },
                    cancellation
                )
            ).Read;
    }

    /// <summary>The same for who has a connection, and a turn, already.</summary>
    public async Task<BarTable> TableAsync(NpgsqlConnection connection, Series series, CancellationToken cancellation)
    {
        var registry = await registries.LoadAsync(cancellation);
        registry.Require(series.Symbol);
        return RouteReader.TableWithoutRoute(registry, series)
            ?? (await RouteReader.RouteAsync(connection, series.Symbol, cancellation)).Read;
    }

    /// <summary>
    /// Up to <paramref name="limit"/> bars from the range's beginning, as they stand or, with <paramref name="asOf"/>, as they stood.
    /// </summary>
    public Task<RowPage> PageAsync(
        BarTable table,
        Series series,
        TimeRange range,
        UtcTime? asOf,
        int limit,
        CancellationToken cancellation
    ) =>
        gate.ReadAsync(
            async end =>
            {
                await using var connection = await database.OpenConnectionAsync(end);
                var next = await NextAsync(connection, table, series, range, asOf is not null, limit, end);
                var rows = await RowsAsync(connection, table, series, new TimeRange(range.From, next ?? range.To), asOf, end);
                return new RowPage(rows, next);
            },
            cancellation
        );

    /// <summary>Where the newest <paramref name="count"/> bars before an instant begin; null when there is none.</summary>
    public Task<UtcTime?> NewestFromAsync(BarTable table, Series series, UtcTime before, int count, CancellationToken cancellation) =>
        gate.ReadAsync(end => NewestBars.FromAsync(database, table, series, before, count, end), cancellation);

    /// <summary>All rows of a range that is known to be short.</summary>
    public static async Task<List<ExportedBar>> RowsAsync(
        NpgsqlConnection connection,
        BarTable table,
        Series series,
        TimeRange range,
        UtcTime? asOf,
        CancellationToken cancellation
    )
    {
        await using var command = connection.Statement(asOf is null ? "export_bars" : "export_bars_as_of");
        command.Parameters.AddSeries(series).AddRange(range).With(table.Name);
        if (asOf is { } instant)
        {
            command.Parameters.With(instant.ToDateTime());
        }

        var rows = new List<ExportedBar>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(ExportedBar.Read(reader, series));
        }

        return rows;
    }

    // The open of the bar after the page's last one.
    static async Task<UtcTime?> NextAsync(
        NpgsqlConnection connection,
        BarTable table,
        Series series,
        TimeRange range,
        bool corrections,
        int limit,
        CancellationToken cancellation
    )
    {
        await using var command = connection.Statement("page_end");
        command.Parameters.AddSeries(series).AddRange(range).With(table.Name).With(limit + 1).With(corrections);
        return await command.ExecuteScalarAsync(cancellation) is DateTime next ? UtcTime.From(next) : null;
    }
}
