using System.Net;
using System.Text;
using System.Text.Json;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Registry;
using DxyOrleans.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DxyOrleans.Web.Tests;

/// <summary>
/// A database of a test's own with the schema in it, and the web side of a silo before it, on real sockets. Market time stands a day
/// after <see cref="Open"/> unless moved.
/// </summary>
public sealed class WebHouse : IAsyncDisposable
{
    /// <summary>A test's own header: the address that the request is to come from.</summary>
    public const string From = "X-Test-From";

    /// <summary>A Monday, 08:00Z: the market is open before and after.</summary>
    public static readonly UtcTime Open = LegacyTables.Open;

    public static readonly string[] Pairs = ["EURUSD", "USDJPY", "GBPUSD", "USDCAD", "USDSEK", "USDCHF"];

    static readonly decimal[] Prices = [1.0843m, 150.12m, 1.2654m, 1.3561m, 10.3712m, 0.8843m];

    readonly List<WebApplication> _silos = [];
    readonly List<string> _roles = [];
    readonly TestServer _server;

    WebHouse(TestServer server, TestDatabase database, NpgsqlDataSource data) => (_server, Database, Data) = (server, database, data);

    public TestDatabase Database { get; }

    /// <summary>A pool as a silo opens it, of the owner.</summary>
    public NpgsqlDataSource Data { get; }

    /// <summary>Asks the first silo.</summary>
    public HttpClient Client { get; private set; } = null!;

    public static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<WebHouse> OpenAsync(TestServer server, WebOptions? options = null, string before = "")
    {
        var database = await server.CreateInstalledDatabaseAsync(before, null, Token);
        var house = new WebHouse(
            server,
            database,
            Postgres.Database.Open(new DatabaseSettings { Connection = database.ConnectionString, PoolSize = 20 })
        );
        await house.AtAsync(Open + TimeSpan.FromDays(1));
        house.Client = await house.StartAsync(options);
        return house;
    }

    /// <summary>One more silo's web side on the same database.</summary>
    public async Task<HttpClient> StartAsync(WebOptions? options = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton(Data);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddDxyWeb(options ?? new WebOptions { Poll = TimeSpan.FromMilliseconds(50) });
        var app = builder.Build();
        app.Use(
            (http, next) =>
            {
                if (http.Request.Headers[From] is [{ } address])
                {
                    http.Connection.RemoteIpAddress = IPAddress.Parse(address);
                }

                return next(http);
            }
        );
        app.MapDxyWeb();
        await app.StartAsync(Token);
        _silos.Add(app);
        return new HttpClient(new SocketsHttpHandler { UseCookies = false })
        {
            BaseAddress = new Uri(app.Urls.Single()),
            Timeout = TimeSpan.FromSeconds(30),
        };
    }

    /// <summary>Stops the silo that was started last; how long it took.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var began = TimeProvider.System.GetTimestamp();
        await _silos[^1].StopAsync(Token);
        return TimeProvider.System.GetElapsedTime(began);
    }

    /// <summary>Stops market time at an instant.</summary>
    public Task AtAsync(UtcTime now) =>
        RunAsync(
            $"""
            INSERT INTO dxy.clock (anchor_real, anchor_market, rate) VALUES (clock_timestamp(), '{now}', 1e-9)
            ON CONFLICT (only_row) DO UPDATE
            SET anchor_real = excluded.anchor_real, anchor_market = excluded.anchor_market, rate = excluded.rate
            """
        );

    public static UtcTime Minute(int minute) => Open + TimeSpan.FromMinutes(minute);

    public static Series One(string symbol) => new(Symbol.Parse(symbol), Timeframe.OneMinute);

    public static Bar Fx(string symbol, int minute, decimal? close = null)
    {
        var price = close ?? Prices[Array.IndexOf(Pairs, symbol)];
        return Bar.Create(One(symbol), Minute(minute), price, price + 0.001m, price - 0.001m, price, 10, price, 3);
    }

    /// <summary>The six pairs' bars of minutes one after the other.</summary>
    public static Bar[] Minutes(int from, int count) =>
        [
            .. Enumerable
                .Range(from, count)
                .SelectMany(minute => Pairs.Select((pair, i) => Fx(pair, minute, Prices[i] + (minute * 0.0001m)))),
        ];

    public Task StoreAsync(params IEnumerable<Bar> bars) =>
        new BarStore(Data, TimeProvider.System).WriteAsync([.. bars], BarSource.Ingest, false, Token);

    /// <summary>Derives what is due and ripe of every target, until nothing is.</summary>
    public async Task DrainAsync()
    {
        var due = new DueStore(Data);
        var registry = await new RegistryStore(Data).LoadAsync(Token);
        var slices = 1;
        while (slices > 0)
        {
            slices = await due.ExpandAsync(Token);
            foreach (var target in await due.TargetsAsync(Token))
            {
                var rule = TargetRules.For(registry, target, new DerivingOptions())!;
                await new Deriver(Data, rule, null).DrainAsync(_ => slices++, Token);
            }
        }
    }

    public Task<int> RunAsync(string sql) => Database.RunAsync(sql, Token);

    public Task<T?> ValueAsync<T>(string sql) => Database.ValueAsync<T>(sql, Token);

    /// <summary>The rows of a statement as text, a row a line, columns parted by a bar.</summary>
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

    /// <summary>Waits until something is so, and says what it was that didn't come.</summary>
    public async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(20), $"waited in vain until {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Token);
        }
    }

    public Task<HttpResponseMessage> GetAsync(string url, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Get, url, null, headers);

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string url,
        HttpContent? content,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, url) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }

    public async Task<HttpResponseMessage> PostAsync(string url, string json, params (string Name, string Value)[] headers)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        return await SendAsync(HttpMethod.Post, url, content, headers);
    }

    public Task<HttpResponseMessage> LoginAsync(string role, string password, params (string Name, string Value)[] headers) =>
        PostAsync("/api/v1/login", JsonSerializer.Serialize(new { name = role, password }), headers);

    /// <summary>A new login role with the password <c>test</c>, and a membership.</summary>
    public async Task<string> RoleAsync(string? of)
    {
        var role = $"{Database.Name}_{_roles.Count}";
        _roles.Add(role);
        await RunAsync($"CREATE ROLE {role} LOGIN PASSWORD 'test'");
        if (of is not null)
        {
            await using var grant = Database.Admin.CreateCommand($"GRANT {of} TO {role}");
            await grant.ExecuteNonQueryAsync(Token);
        }

        return role;
    }

    public async Task<string> TextAsync(string url)
    {
        using var answer = await GetAsync(url);
        var text = await answer.Content.ReadAsStringAsync(Token);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{url} was answered {answer.StatusCode}: {text}");
        return text;
    }

    public async Task<JsonElement> JsonAsync(string url)
    {
        using var document = JsonDocument.Parse(await TextAsync(url));
        return document.RootElement.Clone();
    }

    /// <summary>A refusal's status and the members that every problem has.</summary>
    public static async Task<(int Status, JsonElement Problem)> ProblemAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Token));
        var problem = document.RootElement.Clone();
        foreach (var member in (string[])["type", "title", "status", "detail", "instance", "code", "exit_code", "trace_id"])
        {
            Assert.True(problem.TryGetProperty(member, out _), $"{member} is missing in {problem}");
        }

        Assert.Equal((int)answer.StatusCode, problem.GetProperty("status").GetInt32());
        return ((int)answer.StatusCode, problem);
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        foreach (var silo in _silos)
        {
            await silo.DisposeAsync();
        }

        await Data.DisposeAsync();
        await Database.DisposeAsync();
        await using var admin = NpgsqlDataSource.Create(_server.AdminConnectionString);
        foreach (var role in _roles)
        {
            await using var drop = admin.CreateCommand($"DROP ROLE {role}");
            await drop.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }
}
