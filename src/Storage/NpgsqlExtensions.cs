using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Storage.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Storage;

/// <summary>Our types on the wire.</summary>
public static class NpgsqlExtensions
{
    static readonly UtcTime First = UtcTime.At(1, 1, 2);
    static readonly UtcTime Last = UtcTime.At(9999, 12, 30);

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

    /// <summary>A range of times. Its ends are kept on the calendar: the driver takes .NET's first and last instant for infinities, and rows of those can't be read.</summary>
    public static NpgsqlParameterCollection AddRange(this NpgsqlParameterCollection parameters, TimeRange range) =>
        parameters.With(UtcTime.Max(range.From, First).ToDateTime()).With(UtcTime.Min(range.To, Last).ToDateTime());

    /// <summary>A statement that is written for our tables, for the host's that this connection leads to: as it stands where they are such as ours.</summary>
    public static string Bound(this NpgsqlConnection connection, string sql) => HostBindings.Of(connection).Render(sql);

    /// <summary>The same of a data source.</summary>
    public static string Bound(this NpgsqlDataSource database, string sql) => HostBindings.Of(database).Render(sql);

    /// <summary>The same for a statement that holds the two tables against each other, at the coarser one's precision.</summary>
    public static string Paired(this NpgsqlConnection connection, string sql) => HostBindings.Of(connection).RenderPaired(sql);

    /// <summary>The same for a statement that holds the two tables against each other, at the coarser one's precision.</summary>
    public static string Paired(this NpgsqlDataSource database, string sql) => HostBindings.Of(database).RenderPaired(sql);

    /// <summary>Adds a statement of <c>sql/statements/</c> to the batch.</summary>
    public static NpgsqlParameterCollection Add(this NpgsqlBatch batch, string statement) => batch.AddBound(new NpgsqlBatchCommand(Sql.Statement(statement)));

    /// <summary>Adds a command to the batch, its text for the host's tables.</summary>
    public static NpgsqlParameterCollection AddBound(this NpgsqlBatch batch, NpgsqlBatchCommand command)
    {
        command.CommandText = batch.Connection!.Bound(command.CommandText);
        batch.BatchCommands.Add(command);
        return command.Parameters;
    }

    /// <summary>A command for a statement of <c>sql/statements/</c>.</summary>
    public static NpgsqlCommand Statement(this NpgsqlDataSource database, string name) => database.CreateCommand(database.Bound(Sql.Statement(name)));

    /// <summary>The same on a connection.</summary>
    public static NpgsqlCommand Statement(this NpgsqlConnection connection, string name) => new(connection.Bound(Sql.Statement(name)), connection);

    /// <summary>The server's market time.</summary>
    public static async Task<UtcTime> NowAsync(this NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand("SELECT dxy.now()");
        return UtcTime.From((DateTime)(await command.ExecuteScalarAsync(cancellation))!);
    }

    /// <summary>Runs statements in the connection's transaction.</summary>
    internal static async Task RunAsync(this NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The first column of a query as text, nulls left out.</summary>
    internal static async Task<List<string>> TextsAsync(this NpgsqlConnection connection, string sql, CancellationToken cancellation, params object[] values)
    {
        var texts = new List<string>();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        }

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
