using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Storage;

/// <summary>Our types on the wire.</summary>
public static class NpgsqlExtensions
{
    public static UtcTime GetUtc(this NpgsqlDataReader reader, int ordinal)
    {
        var time = reader.GetDateTime(ordinal);
        // Infinities come without a kind.
        return time == DateTime.MinValue || time == DateTime.MaxValue ? UtcTime.FromTicks(time.Ticks) : UtcTime.From(time);
    }

    public static NpgsqlParameterCollection With<T>(this NpgsqlParameterCollection parameters, T value)
    {
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return parameters;
    }

    public static NpgsqlParameterCollection AddSeries(this NpgsqlParameterCollection parameters, Series series) =>
        parameters.With(series.Symbol.Name).With(series.Timeframe.ToString());

    public static NpgsqlParameterCollection AddRange(this NpgsqlParameterCollection parameters, TimeRange range) =>
        parameters.With(range.From.ToDateTime()).With(range.To.ToDateTime());

    /// <summary>Adds a statement of <c>sql/statements/</c> to the batch.</summary>
    public static NpgsqlParameterCollection Add(this NpgsqlBatch batch, string statement)
    {
        var command = new NpgsqlBatchCommand(Sql.Statement(statement));
        batch.BatchCommands.Add(command);
        return command.Parameters;
    }

    /// <summary>A command for a statement of <c>sql/statements/</c>.</summary>
    public static NpgsqlCommand Statement(this NpgsqlDataSource database, string name) => database.CreateCommand(Sql.Statement(name));

    /// <summary>The server's market time.</summary>
    public static async Task<UtcTime> NowAsync(this NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("SELECT dxy.now()");
        return UtcTime.From((DateTime)(await command.ExecuteScalarAsync(cancellation))!);
    }
}
