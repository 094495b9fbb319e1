using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Bars;

/// <summary>Which table a series' bars are in.</summary>
public static class RouteReader
{
    /// <summary>An index's route; without a row: new.</summary>
    public static async Task<Route> RouteAsync(NpgsqlDataSource database, Symbol symbol, CancellationToken cancellation)
    {
        await using var command = database.Statement("read_route");
        command.Parameters.With(symbol.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await Route.ReadAsync(reader, cancellation);
    }

    /// <summary>The table that a series' bars are read from, by the registry and the route.</summary>
    public static async Task<BarTable> TableAsync(
        NpgsqlDataSource database,
        SymbolRegistry registry,
        Series series,
        CancellationToken cancellation
    ) =>
        !registry.IsTarget(series) ? BarTable.Data
        : series.Timeframe > Timeframe.OneMinute ? BarTable.Derived
        : (await RouteAsync(database, series.Symbol, cancellation)).Read;
}
