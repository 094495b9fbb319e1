using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Schema.Registry;

/// <summary>The periods of <c>dxy.calendar</c>.</summary>
public static class CalendarStore
{
    /// <summary>Every period, in the order they were entered; none where an earlier build's schema has no such table.</summary>
    public static async Task<IReadOnlyList<MarketPeriod>> ReadAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        try
        {
            return await ReadAsync(connection, cancellation);
        }
        catch (PostgresException absent) when (absent.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            return [];
        }
    }

    /// <summary>Every period, within the connection's transaction.</summary>
    public static async Task<IReadOnlyList<MarketPeriod>> ReadAsync(NpgsqlConnection connection, CancellationToken cancellation) =>
        await connection.Statement("read_calendar").RowsAsync(Period, cancellation);

    /// <summary>The calendar of one symbol, by the class that the registry gives it.</summary>
    public static async Task<MarketCalendar> OfAsync(NpgsqlDataSource database, Symbol symbol, CancellationToken cancellation)
    {
        var periods = await ReadAsync(database, cancellation);
        var command = database.Statement("read_symbol_class");
        command.Parameters.With(symbol.Name);
        return MarketCalendar.Of(periods, await command.ValueAsync<string>(cancellation));
    }

    /// <summary>Enters a period.</summary>
    /// <returns>Its number.</returns>
    public static Task<long> AddAsync(
        NpgsqlDataSource database,
        TimeRange range,
        MarketPeriodKind kind,
        string? symbolClass,
        string note,
        CancellationToken cancellation
    )
    {
        var command = database.Statement("insert_calendar_period");
        command.Parameters.With(symbolClass).AddRange(range).With(kind.Text()).With(note);
        return command.ValueAsync<long>(cancellation);
    }

    /// <summary>Takes a period out.</summary>
    /// <returns>Whether there was one of that number.</returns>
    public static async Task<bool> RemoveAsync(NpgsqlDataSource database, long id, CancellationToken cancellation)
    {
        var command = database.Statement("delete_calendar_period");
        command.Parameters.With(id);
        return await command.RunAsync(cancellation) > 0;
    }

    static MarketPeriod Period(NpgsqlDataReader reader) =>
        new(
            reader.GetInt64(0),
            new TimeRange(reader.GetUtc(1), reader.GetUtc(2)),
            MarketPeriodKinds.Parse(reader.GetString(3)),
            reader.IsDBNull(4) ? null : reader.GetString(4),
            reader.GetString(5)
        );
}
