using System.Security.Cryptography;
using System.Text.RegularExpressions;
using DxyOrleans.Core.Time;
using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Postgres;
using DxyOrleans.Schema;
using Npgsql;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>A database of one rehearsal's own on the embedded server, beside the user's, with a login of the host's programs.</summary>
internal sealed partial class RehearsalDatabase : IAsyncDisposable
{
    readonly string _admin;

    RehearsalDatabase(string name, string connection, string hostConnection, string admin)
    {
        (Name, Connection, HostConnection, _admin) = (name, connection, hostConnection, admin);
        Data = Database.Open(new DatabaseSettings { Connection = connection, ApplicationName = "dxy-rehearsal" });
        HostData = Database.Open(
            new DatabaseSettings
            {
                Connection = hostConnection,
                ApplicationName = "shop",
                PoolSize = 4,
            }
        );
    }

    public string Name { get; }

    /// <summary>For Npgsql: the owner of the database.</summary>
    public string Connection { get; }

    /// <summary>A pool of the owner's.</summary>
    public NpgsqlDataSource Data { get; }

    /// <summary>A pool of the host's programs: they may read and write the bars and nothing else.</summary>
    public NpgsqlDataSource HostData { get; private set; }

    /// <summary>The same connection for other programs.</summary>
    public string HostConnection { get; private set; }

    /// <summary>For Npgsql: a superuser, in this database.</summary>
    public string AdminConnection => new NpgsqlConnectionStringBuilder(_admin) { Database = Name }.ConnectionString;

    string HostRole => $"{Name}_shop";

    public static string NewName() => $"dxy_rehearsal_{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    /// <param name="server">Where.</param>
    /// <param name="name">See <see cref="NewName"/>.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<RehearsalDatabase> CreateAsync(EmbeddedServer server, string name, CancellationToken cancellation)
    {
        var password = RandomNumberGenerator.GetHexString(32, lowercase: true);
        await RunAsync(server.ConnectionString, cancellation, $"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'");
        var own = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = name };
        await RunAsync(own.ConnectionString, cancellation, $"CREATE ROLE {name}_shop LOGIN PASSWORD '{password}'");
        var host = new NpgsqlConnectionStringBuilder(own.ConnectionString) { Username = $"{name}_shop", Password = password };
        return new RehearsalDatabase(name, own.ConnectionString, host.ConnectionString, server.AdminConnectionString);
    }

    /// <summary>Lets the host's programs at the tables, once these are there.</summary>
    public Task GrantAsync(CancellationToken cancellation) =>
        RunAsync(
            Connection,
            cancellation,
            $"GRANT USAGE ON SCHEMA public TO {HostRole}; GRANT SELECT, INSERT, UPDATE ON public.data_bars, public.derived_data_bars TO "
                + $"{HostRole}; GRANT SELECT ON public.core_asset_registry_all TO {HostRole}"
        );

    /// <summary>From now on the host's programs log in as a role of the host's own; it gets a password that nobody else knows.</summary>
    /// <param name="role">The role.</param>
    /// <param name="zone">In which its sessions write times that have none; null: the database's.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task LogInAsAsync(string role, string? zone, CancellationToken cancellation)
    {
        var password = RandomNumberGenerator.GetHexString(32, lowercase: true);
        await RunAsync(
            AdminConnection,
            cancellation,
            $"ALTER ROLE \"{role.Replace("\"", "\"\"", StringComparison.Ordinal)}\" LOGIN PASSWORD '{password}'"
        );
        await HostData.DisposeAsync();
        HostConnection = new NpgsqlConnectionStringBuilder(HostConnection)
        {
            Username = role,
            Password = password,
            Timezone = zone,
        }.ConnectionString;
        HostData = Database.Open(
            new DatabaseSettings
            {
                Connection = HostConnection,
                ApplicationName = "shop",
                PoolSize = 4,
            }
        );
    }

    /// <summary>Our schema, as <c>db apply</c> brings it.</summary>
    /// <param name="hostZone">The zone of the shop's times that have none; null: nobody said.</param>
    /// <param name="time">Real time.</param>
    /// <param name="cancellation">Ends it.</param>
    public Task<IReadOnlyList<string>> ApplyAsync(string? hostZone, TimeProvider time, CancellationToken cancellation) =>
        new SchemaInstaller(Connection, time) { HostZone = hostZone }.ApplyAsync(cancellation);

    /// <summary>Sets market time: it stands at an instant for some real time, then runs.</summary>
    public async Task<MarketClock> SetClockAsync(
        UtcTime market,
        double rate,
        TimeSpan standing,
        TimeProvider real,
        CancellationToken cancellation
    )
    {
        await using var command = Data.CreateCommand(
            "INSERT INTO dxy.clock (anchor_real, anchor_market, rate) VALUES (clock_timestamp() + $1, $2, $3) RETURNING anchor_real"
        );
        command.Parameters.With(standing).With(market.ToDateTime()).With(rate);
        var anchor = UtcTime.From((DateTime)(await command.ExecuteScalarAsync(cancellation))!);
        return new MarketClock(real, anchor, market, rate);
    }

    /// <summary>Removes the database and the login; as the administrator, because a session of the host's login, or of the server itself,
    /// may still be in it.</summary>
    public async Task DropAsync(CancellationToken cancellation)
    {
        await DisposeAsync();
        await DropAsync(_admin, Name, cancellation);
    }

    /// <summary>Removes the database and the login of a rehearsal that somebody left.</summary>
    public static Task DropAsync(EmbeddedServer server, string name, CancellationToken cancellation) =>
        DropAsync(server.AdminConnectionString, name, cancellation);

    static Task DropAsync(string admin, string name, CancellationToken cancellation) =>
        IsOurs().IsMatch(name)
            ? RunAsync(admin, cancellation, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)", $"DROP ROLE IF EXISTS {name}_shop")
            : Task.CompletedTask;

    [GeneratedRegex(@"\Adxy_rehearsal_[0-9a-f]{8}\z")]
    private static partial Regex IsOurs();

    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        await HostData.DisposeAsync();
    }

    static async Task RunAsync(string connectionString, CancellationToken cancellation, params string[] statements)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString
        );
        await connection.OpenAsync(cancellation);
        foreach (var sql in statements)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync(cancellation);
        }
    }
}
