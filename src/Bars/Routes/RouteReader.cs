using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Bars.Routes;

/// <summary>Which table a series' bars are in.</summary>
public static class RouteReader
{
    /// <summary>An index's route; without a row: new.</summary>
    public static Task<Route> RouteAsync(NpgsqlDataSource database, Symbol symbol, CancellationToken cancellation) =>
        RouteAsync(database.Statement("read_route"), symbol, cancellation);

    /// <inheritdoc cref="RouteAsync(NpgsqlDataSource, Symbol, CancellationToken)"/>
    public static Task<Route> RouteAsync(NpgsqlConnection connection, Symbol symbol, CancellationToken cancellation) =>
        RouteAsync(connection.Statement("read_route"), symbol, cancellation);

    /// <summary>The routes and epochs of all indexes of the registry.</summary>
    public static async Task<IReadOnlyList<(string Symbol, string Mode, long Epoch)>> ListAsync(
        NpgsqlDataSource database,
        CancellationToken cancellation
    )
    {
        var routes = new List<(string, string, long)>();
        await using var command = database.Statement("list_routes");
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            routes.Add((reader.GetString(0), reader.GetString(1), reader.GetInt64(2)));
        }

        return routes;
    }

    /// <summary>The table that a series' bars are read from, by the registry and the route.</summary>
    public static async Task<BarTable> TableAsync(
        NpgsqlDataSource database,
        SymbolRegistry registry,
        Series series,
        CancellationToken cancellation
    ) => TableWithoutRoute(registry, series) ?? (await RouteAsync(database, series.Symbol, cancellation)).Read;

    /// <summary>The table of a series that has no route; null: its symbol's route says.</summary>
    public static BarTable? TableWithoutRoute(SymbolRegistry registry, Series series) =>
        !registry.IsTarget(series) ? BarTable.Data
        : series.Timeframe > Timeframe.OneMinute ? BarTable.Derived
        : null;

    static async Task<Route> RouteAsync(NpgsqlCommand read, Symbol symbol, CancellationToken cancellation)
    {
        await using var command = read;
        command.Parameters.With(symbol.Name);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await Route.ReadAsync(reader, cancellation);
    }
}
