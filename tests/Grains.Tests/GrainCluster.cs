using System.Globalization;
using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Grains.Due;
using DxyOrleans.Grains.Hosting;
using DxyOrleans.Postgres;
using DxyOrleans.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Orleans.Hosting;
using Orleans.Reminders;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace DxyOrleans.Grains.Tests;

/// <summary>
/// One silo in this process on a fresh database of the real server. Time stands still until a test moves it: grain timers and reminders
/// follow a fake clock, and <c>dxy.now()</c> says the same instant.
/// </summary>
public sealed class GrainCluster : IAsyncDisposable
{
    public static readonly UtcTime Start = UtcTime.At(2024, 3, 5, 10, 0);
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    readonly TestDatabase _database;
    readonly FakeTimeProvider _clock;

    GrainCluster(TestDatabase database, FakeTimeProvider clock, InProcessTestCluster cluster)
    {
        _database = database;
        _clock = clock;
        Cluster = cluster;
    }

    public InProcessTestCluster Cluster { get; }

    public TestDatabase Database => _database;

    public NpgsqlDataSource Data => _database.Data;

    public UtcTime Now => UtcTime.From(_clock.GetUtcNow());

    public ChangePoller Poller => Cluster.GetSiloServiceProvider().GetRequiredService<ChangePoller>();

    /// <summary>Starts a cluster whose pump looks only when a test tells it to.</summary>
    public static async Task<GrainCluster> StartAsync(TestServer server, UtcTime? start = null, Action<IServiceCollection>? services = null)
    {
        var database = await server.CreateInstalledDatabaseAsync();
        var clock = new FakeTimeProvider((start ?? Start).ToDateTimeOffset());
        await SetClockAsync(database, UtcTime.From(clock.GetUtcNow()));
        var orleans = new NpgsqlConnectionStringBuilder(database.ConnectionString)
        {
            SearchPath = "dxy_orleans",
            MaxPoolSize = 5,
        }.ConnectionString;
        var builder = new InProcessTestClusterBuilder(1);
        builder.ConfigureSilo(
            (_, silo) =>
            {
                silo.AddActivityPropagation();
                silo.UseAdoNetReminderService(reminders =>
                {
                    reminders.Invariant = "Npgsql";
                    reminders.ConnectionString = orleans;
                });
                silo.AddAdoNetGrainStorage(GrainServices.StateStorage, storage =>
                {
                    storage.Invariant = "Npgsql";
                    storage.ConnectionString = orleans;
                });
                silo.Services.AddKeyedSingleton<TimeProvider>(TimeProviderNames.Grains, clock);
                silo.Services.AddKeyedSingleton<TimeProvider>(ReminderTimeProviderNames.Reminders, clock);
                silo.Services.AddSingleton(Postgres.Database.Open(new DatabaseSettings { Connection = database.ConnectionString }));
                silo.Services.AddDxyGrains();
                silo.Services.AddSingleton(Options.Create(new PollerOptions { Enabled = false, RegistryEvery = TimeSpan.Zero }));
                services?.Invoke(silo.Services);
            }
        );
        builder.ConfigureClient(client => client.AddActivityPropagation());
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return new GrainCluster(database, clock, cluster);
    }

    public IBarGrain BarsOf(string pair) => Cluster.Client.GetGrain<IBarGrain>($"{pair}/1m");

    public IIndexGrain Index(string symbol = "DXY") => Cluster.Client.GetGrain<IIndexGrain>(symbol);

    public IRollupGrain Rollup(string series) => Cluster.Client.GetGrain<IRollupGrain>(series);

    /// <summary>Moves the market's time, in the silo and in the database.</summary>
    public async Task AdvanceAsync(TimeSpan span)
    {
        await SetClockAsync(_database, Now + span);
        _clock.Advance(span);
    }

    /// <summary>Publishes one flat bar of each component through its grain.</summary>
    public async Task PublishAllAsync(UtcTime time, decimal factor = 1m)
    {
        foreach (var (pair, price) in Prices)
        {
            await BarsOf(pair).PublishAsync(new PublishBars([BarOf(pair, time, price * factor)], BarSource.Ingest));
        }
    }

    /// <summary>Inserts flat bars of each component with plain SQL, a minute each from <paramref name="from"/>.</summary>
    public async Task InsertAllAsync(UtcTime from, int minutes)
    {
        foreach (var (pair, price) in Prices)
        {
            await _database.RunAsync(
                $"""
                INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
                SELECT '{pair}', '1m', ts, p, p, p, p, 'ingest'
                FROM generate_series('{from}'::timestamptz, '{from}'::timestamptz + interval '{minutes - 1} minutes', '1 minute') AS ts,
                     LATERAL (SELECT round({price.ToString(
                    CultureInfo.InvariantCulture
                )} * (1 + 0.0001 * (extract(epoch FROM ts) / 60 % 7)), 5) AS p) AS price
                """
            );
        }
    }

    public Task<long> CountAsync(string symbol, string timeframe) =>
        _database.ValueAsync<long>(
            $"SELECT count(*) FROM {(timeframe == "1m" ? "data_bars" : "derived_data_bars")} WHERE canonical_symbol = '{symbol}' AND "
                + $"timeframe = '{timeframe}'"
        );

    /// <summary>Waits until the query says true; fails, saying what was awaited, when it doesn't.</summary>
    public async Task UntilAsync(string what, string sql, Func<Task>? meanwhile = null)
    {
        using var limit = new CancellationTokenSource(Patience);
        while (!await _database.ValueAsync<bool>(sql))
        {
            if (limit.IsCancellationRequested)
            {
                Assert.Fail($"{what} did not come about within {Patience.TotalSeconds} s: {sql}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System);
            await (meanwhile?.Invoke() ?? Task.CompletedTask);
        }
    }

    public static IReadOnlyList<(string Pair, decimal Price)> Prices { get; } =
    [("EURUSD", 1.10m), ("USDJPY", 150m), ("GBPUSD", 1.27m), ("USDCAD", 1.36m), ("USDSEK", 10.5m), ("USDCHF", 0.88m)];

    public static Bar BarOf(string pair, UtcTime time, decimal price) => Bar.Flat(Series.Parse($"{pair}/1m"), time, price);

    public async ValueTask DisposeAsync()
    {
        await Cluster.DisposeAsync();
        await _database.DisposeAsync();
    }

    // So slow that it stands still, yet a rate above zero.
    static Task<int> SetClockAsync(TestDatabase database, UtcTime now) =>
        database.RunAsync(
            $"""
            INSERT INTO dxy.clock (anchor_real, anchor_market, rate) VALUES (clock_timestamp(), '{now}', 1e-9)
            ON CONFLICT (only_row) DO UPDATE SET anchor_real = excluded.anchor_real, anchor_market = excluded.anchor_market
            """
        );
}
