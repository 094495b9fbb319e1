using Npgsql;

namespace DxyOrleans.Postgres;

/// <summary>How to reach the database and how much of it to use.</summary>
public sealed record DatabaseSettings
{
    /// <summary>An Npgsql connection string or a <c>postgresql://</c> URL; may lead through a transaction-mode pooler.</summary>
    public required string Connection { get; init; }

    /// <summary>Connections of this process at most, 2 to 200. Hosts on small plans have few: the default is 8.</summary>
    public int PoolSize { get; init; } = 8;

    /// <summary>Whether statements are prepared on the server; off for poolers that don't carry prepared statements.</summary>
    public bool Prepare { get; init; } = true;

    /// <summary>The name the server shows for these connections.</summary>
    public string ApplicationName { get; init; } = "dxy";

    /// <summary>Whether the server is to refuse every write of these connections. It is said when a connection is made, so it needs the
    /// server itself or a pooler in session mode.</summary>
    public bool ReadOnly { get; init; }
}

/// <summary>Opens the one data source of a process.</summary>
public static class Database
{
    /// <exception cref="ArgumentException">The connection can't be read.</exception>
    public static NpgsqlDataSource Open(DatabaseSettings settings) => Build(ConnectionString(settings), settings.ReadOnly);

    /// <summary>A data source as its connection string says, with what our statements rely on: for work that has connections of its
    /// own.</summary>
    public static NpgsqlDataSource OpenAs(string connectionString) =>
        Build(
            new NpgsqlConnectionStringBuilder(connectionString) { NoResetOnClose = true, Enlist = false }.ConnectionString,
            readOnly: false
        );

    // Not reset when they go back to the pool, which would undo it.
    static NpgsqlDataSource Build(string connectionString, bool readOnly) =>
        new NpgsqlDataSourceBuilder(connectionString) { Name = NameOf(connectionString) }
            .UsePhysicalConnectionInitializer(
                connection => SessionSettings.Settle(connection, readOnly),
                connection => SessionSettings.SettleAsync(connection, readOnly)
            )
            .Build();

    // What its measures are told apart by; else each would bear the whole connection.
    static string NameOf(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString).ApplicationName is { Length: > 0 } name ? name : "dxy";

    /// <summary>The settings as one Npgsql connection string, for libraries that take nothing else.</summary>
    public static string ConnectionString(DatabaseSettings settings)
    {
        var builder = new NpgsqlConnectionStringBuilder(DatabaseUrl.ToConnectionString(settings.Connection))
        {
            MaxPoolSize = settings.PoolSize,
            ApplicationName = settings.ApplicationName,
            MaxAutoPrepare = settings.Prepare ? 60 : 0,
            AutoPrepareMinUsages = 2,
            Enlist = false,
            NoResetOnClose = true,
            IncludeErrorDetail = true,
        };
        if (settings.ReadOnly)
        {
            builder.Options = $"{builder.Options} -c default_transaction_read_only=on".Trim();
        }

        return builder.ConnectionString;
    }
}
