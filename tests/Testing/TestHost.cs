using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Postgres;
using DxyOrleans.Schema;
using DxyOrleans.Schema.Registry;
using Npgsql;
using Xunit;

namespace DxyOrleans.Testing;

/// <summary>A test's own database with the schema in it, its market time standing still at <see cref="Open"/> plus a day unless
/// moved.</summary>
public sealed class TestHost : IAsyncDisposable
{
    /// <summary>A Monday, 08:00Z: the market is open before and after.</summary>
    public static readonly UtcTime Open = LegacyTables.Open;

    public static readonly string[] Pairs = ["EURUSD", "USDJPY", "GBPUSD", "USDCAD", "USDSEK", "USDCHF"];

    static readonly decimal[] Prices = [1.0843m, 150.12m, 1.2654m, 1.3561m, 10.3712m, 0.8843m];

    readonly TestServer _server;
    readonly List<(string Role, NpgsqlDataSource Data)> _logins = [];

    TestHost(TestServer server, TestDatabase database, NpgsqlDataSource data) => (_server, Database, Data) = (server, database, data);

    public TestDatabase Database { get; }

    /// <summary>A pool as a silo opens it, of the owner.</summary>
    public NpgsqlDataSource Data { get; }

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="server">Where.</param>
    /// <param name="before">SQL run before our schema is installed: the tables of a host that was there before us.</param>
    /// <param name="alone">Whether no other database of the server may hold our schema: it is installed here, not copied.</param>
    /// <param name="partitions">How <c>data_bars</c> is divided.</param>
    public static async Task<TestHost> OpenAsync(TestServer server, string before = "", bool alone = false, Partitions? partitions = null)
    {
        var database = alone
            ? await server.CreateDatabaseAsync(Token)
            : await server.CreateInstalledDatabaseAsync(before, partitions, Token);
        if (alone)
        {
            await new SchemaInstaller(database.ConnectionString, TimeProvider.System).ApplyAsync(Token);
        }

        var host = new TestHost(
            server,
            database,
            Postgres.Database.Open(new DatabaseSettings { Connection = database.ConnectionString, PoolSize = 20 })
        );
        await host.AtAsync(Open + TimeSpan.FromDays(1));
        return host;
    }

    /// <summary>On tables that were there before us, applied here and not copied; market time stands in the afternoon of the hosts'
    /// hour.</summary>
    public static async Task<TestHost> OnHostAsync(TestServer server, string tables, string? hostZone = null)
    {
        var database = await server.CreateDatabaseAsync(Token);
        await database.RunAsync(tables, Token);
        await new SchemaInstaller(database.ConnectionString, TimeProvider.System) { HostZone = hostZone }.ApplyAsync(Token);
        var host = new TestHost(
            server,
            database,
            Postgres.Database.Open(new DatabaseSettings { Connection = database.ConnectionString, PoolSize = 20 })
        );
        await host.AtAsync(UtcTime.At(2025, 1, 13, 15));
        return host;
    }

    /// <summary>A database that was dumped, with its market time; {owner} in the dump is whom it belongs to here.</summary>
    public static async Task<TestHost> RestoreAsync(TestServer server, string dump)
    {
        var database = await server.CreateDatabaseAsync(Token);
        await database.RunAsync(Sql.Text("roles/roles.sql"), Token);
        var owner = new NpgsqlConnectionStringBuilder(database.ConnectionString).Username!;
        await using (var restore = database.Admin.CreateCommand(dump.Replace("{owner}", owner, StringComparison.Ordinal)))
        {
            await restore.ExecuteNonQueryAsync(Token);
        }

        return new TestHost(
            server,
            database,
            Postgres.Database.Open(new DatabaseSettings { Connection = database.ConnectionString, PoolSize = 20 })
        );
    }

    /// <summary>Stops market time at an instant.</summary>
    public Task AtAsync(UtcTime now) =>
        RunAsync(
            $"""
            INSERT INTO dxy.clock (anchor_real, anchor_market, rate) VALUES (clock_timestamp(), '{now}', 1e-9)
            ON CONFLICT (only_row) DO UPDATE SET anchor_real = excluded.anchor_real, anchor_market = excluded.anchor_market,
              rate = excluded.rate
            """
        );

    public static UtcTime Minute(int minute) => Open + TimeSpan.FromMinutes(minute);

    public static Series One(string symbol) => new(Symbol.Parse(symbol), Timeframe.OneMinute);

    public static Bar Fx(string symbol, int minute, decimal? close = null)
    {
        var price = close ?? Prices[Array.IndexOf(Pairs, symbol)];
        return Bar.Create(One(symbol), Minute(minute), price, price + 0.001m, price - 0.001m, price, 10, price, 3);
    }

    /// <summary>The six pairs' bars of a minute.</summary>
    public static IEnumerable<Bar> AllSix(int minute, decimal move = 0) => Pairs.Select((pair, i) => Fx(pair, minute, Prices[i] + move));

    public static Bar[] Minutes(int from, int count) =>
        [.. Enumerable.Range(from, count).SelectMany(minute => AllSix(minute, minute * 0.0001m))];

    public Task<IReadOnlyList<WrittenBar>> StoreAsync(params IEnumerable<Bar> bars) =>
        new BarStore(Data, TimeProvider.System).WriteAsync([.. bars], BarSource.Ingest, false, Token);

    /// <summary>What is due and ripe of every target, until nothing is.</summary>
    public async Task DrainAsync()
    {
        var due = new DueStore(Data);
        var slices = 1;
        while (slices > 0)
        {
            slices = await due.ExpandAsync(Token);
            foreach (var target in await due.TargetsAsync(Token))
            {
                await (await DeriverAsync(target.ToString())).DrainAsync(_ => slices++, Token);
            }
        }
    }

    public async Task<ITargetRule> RuleAsync(string target)
    {
        var registry = await new RegistryStore(Data).LoadAsync(Token);
        return TargetRules.For(registry, Series.Parse(target), new DerivingOptions())
            ?? throw new InvalidOperationException(target + " is no target.");
    }

    public async Task<Deriver> DeriverAsync(string target, Func<DeriveStep, CancellationToken, Task>? interrupt = null) =>
        new(Data, await RuleAsync(target), interrupt);

    /// <summary>Asks for a range of minutes of a target to be derived again.</summary>
    public Task AskAsync(string target, int from, int to, IDerivingRule? version = null, bool prune = false) =>
        new DueStore(Data).RequestAsync(Series.Parse(target), new TimeRange(Minute(from), Minute(to)), "request", version, prune, Token);

    /// <summary>What is due and ripe of one target, by one deriver.</summary>
    public async Task<List<SliceOutcome>> SlicesAsync(string target)
    {
        var slices = new List<SliceOutcome>();
        await (await DeriverAsync(target)).DrainAsync(slices.Add, Token);
        return slices;
    }

    public Task<int> RunAsync(string sql) => Database.RunAsync(sql, Token);

    public Task<T?> ValueAsync<T>(string sql) => Database.ValueAsync<T>(sql, Token);

    public async Task<long> CountAsync(string table) => await ValueAsync<long>($"SELECT count(*) FROM {table}");

    /// <summary>The one column of a query, as text.</summary>
    public async Task<List<string>> TextsAsync(string sql)
    {
        var rows = new List<string>();
        await using var command = Data.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Token);
        while (await reader.ReadAsync(Token))
        {
            rows.Add(reader.GetString(0));
        }

        return rows;
    }

    /// <summary>A pool of a new login role's connections.</summary>
    /// <param name="grants">SQL run as the owner first; {0} is the role.</param>
    public async Task<NpgsqlDataSource> LoginAsync(string grants)
    {
        var role = $"{Database.Name}_{_logins.Count}";
        await RunAsync($"CREATE ROLE {role} LOGIN PASSWORD 'test'; " + grants.Replace("{0}", role, StringComparison.Ordinal));
        var login = new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Username = role, Password = "test" };
        var data = Postgres.Database.Open(new DatabaseSettings { Connection = login.ConnectionString });
        _logins.Add((role, data));
        return data;
    }

    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        foreach (var (_, data) in _logins)
        {
            await data.DisposeAsync();
        }

        await Database.DisposeAsync();
        await using var admin = NpgsqlDataSource.Create(_server.AdminConnectionString);
        foreach (var (role, _) in _logins)
        {
            await using var drop = admin.CreateCommand($"DROP ROLE {role}");
            await drop.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }
}
