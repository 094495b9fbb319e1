using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Bars.Reading;

/// <summary>Where the newest so many bars of a series before an instant begin: the one place that asks <c>nth_newest</c>.</summary>
public static class NewestBars
{
    // Beyond it the driver has infinity, of which no row can be read.
    static readonly UtcTime s_last = UtcTime.At(9999, 12, 30);

    /// <summary>The open of the first of them; null when there is no bar.</summary>
    public static async Task<UtcTime?> FromAsync(
        NpgsqlDataSource database,
        BarTable table,
        Series series,
        UtcTime before,
        int count,
        CancellationToken cancellation
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        return await FromAsync(connection, table, series, before, count, cancellation);
    }

    /// <summary>The same on a connection, in its transaction.</summary>
    public static async Task<UtcTime?> FromAsync(
        NpgsqlConnection connection,
        BarTable table,
        Series series,
        UtcTime before,
        int count,
        CancellationToken cancellation
    )
    {
        await using var command = connection.Statement("nth_newest");
        Bind(command.Parameters, table, series, before, count);
        return await command.ExecuteScalarAsync(cancellation) is DateTime from ? UtcTime.From(from) : null;
    }

    /// <summary>The same as a part of a batch.</summary>
    public static void Add(NpgsqlBatch batch, BarTable table, Series series, UtcTime before, int count) =>
        Bind(batch.Add("nth_newest"), table, series, before, count);

    static void Bind(NpgsqlParameterCollection parameters, BarTable table, Series series, UtcTime before, int count) =>
        parameters.AddSeries(series).With(UtcTime.Min(before, s_last).ToDateTime()).With(count).With(table.Name);
}
