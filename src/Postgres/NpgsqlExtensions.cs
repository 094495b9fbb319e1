using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Npgsql;
using NpgsqlTypes;

namespace DxyOrleans.Postgres;

/// <summary>Our types on the wire.</summary>
public static class NpgsqlExtensions
{
    const string Now = "SELECT dxy.now()";

    static readonly UtcTime First = UtcTime.At(1, 1, 2);
    static readonly UtcTime Last = UtcTime.At(9999, 12, 30);

    public static UtcTime GetUtc(this NpgsqlDataReader reader, int ordinal)
    {
        var time = reader.GetDateTime(ordinal);
        // Infinities come without a kind.
        return time == DateTime.MinValue || time == DateTime.MaxValue ? UtcTime.FromTicks(time.Ticks) : UtcTime.From(time);
    }

    /// <summary>The next value, typed by what it is; a null text is one.</summary>
    public static NpgsqlParameterCollection With<T>(this NpgsqlParameterCollection parameters, T value)
    {
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return parameters;
    }

    /// <summary>The same for a value whose type doesn't say which of the server's it is, or that may be null.</summary>
    public static NpgsqlParameterCollection With<T>(this NpgsqlParameterCollection parameters, T value, NpgsqlDbType type)
    {
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value, NpgsqlDbType = type });
        return parameters;
    }

    /// <summary>A time, or null.</summary>
    public static NpgsqlParameterCollection WithTime(this NpgsqlParameterCollection parameters, UtcTime? time)
    {
        parameters.Add(new NpgsqlParameter { Value = time?.ToDateTime() ?? (object)DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz });
        return parameters;
    }

    public static NpgsqlParameterCollection AddSeries(this NpgsqlParameterCollection parameters, Series series) =>
        parameters.With(series.Symbol.Name).With(series.Timeframe.ToString());

    /// <summary>A range of times. Its ends are kept on the calendar: the driver takes .NET's first and last instant for infinities, and
    /// rows of those can't be read.</summary>
    public static NpgsqlParameterCollection AddRange(this NpgsqlParameterCollection parameters, TimeRange range) =>
        parameters.With(UtcTime.Max(range.From, First).ToDateTime()).With(UtcTime.Min(range.To, Last).ToDateTime());

    /// <summary>The server's market time.</summary>
    public static Task<UtcTime> NowAsync(this NpgsqlDataSource database, CancellationToken cancellation) =>
        NowAsync(database.CreateCommand(Now), cancellation);

    /// <summary>The server's market time, in the connection's transaction.</summary>
    public static Task<UtcTime> NowAsync(this NpgsqlConnection connection, CancellationToken cancellation) =>
        NowAsync(new NpgsqlCommand(Now, connection), cancellation);

    static async Task<UtcTime> NowAsync(NpgsqlCommand reading, CancellationToken cancellation)
    {
        await using var command = reading;
        return UtcTime.From((DateTime)(await command.ExecuteScalarAsync(cancellation))!);
    }

    /// <summary>Runs statements in the connection's transaction.</summary>
    public static async Task RunAsync(this NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The first column of a query as text, nulls left out.</summary>
    public static async Task<List<string>> TextsAsync(
        this NpgsqlConnection connection,
        string sql,
        CancellationToken cancellation,
        params object[] values
    )
    {
        var texts = new List<string>();
        await using var command = new NpgsqlCommand(sql, connection);
        command.WithValues(values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (!reader.IsDBNull(0))
            {
                texts.Add(reader.GetString(0));
            }
        }

        return texts;
    }
}
