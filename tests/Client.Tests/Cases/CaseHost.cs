using System.Globalization;
using System.Text.Json;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Derive;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Postgres;
using DxyOrleans.Schema;
using DxyOrleans.Schema.Registry;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Cases;

/// <summary>A database into which other people's SQL goes, as a host's own programs would write it; what is due is then worked off as a
/// silo would, and the console looks at it.</summary>
public sealed class CaseHost : IAsyncDisposable
{
    CaseHost(Dxy dxy) => Console = dxy;

    public Dxy Console { get; }

    static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <param name="server">Where.</param>
    /// <param name="before">A file of the cases that makes the host's own tables before our schema comes; null: ours.</param>
    /// <param name="partitions">How our own <c>data_bars</c> is divided.</param>
    public static async Task<CaseHost> OpenAsync(TestServer server, string? before = null, Partitions? partitions = null)
    {
        var host = new CaseHost(await Dxy.OnAsync(server, schema: before is null, partitions));
        if (before is not null)
        {
            await host.RunAsync(Text(before));
            await new SchemaInstaller(host.Console.Database.ConnectionString, TimeProvider.System).ApplyAsync(Token);
        }

        return host;
    }

    /// <summary>A file of other people's inputs, which lie beside the project.</summary>
    public static string Text(string name)
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !Directory.Exists(Path.Combine(folder, "shared", "cases")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return File.ReadAllText(
            Path.Combine(folder ?? throw new DirectoryNotFoundException("shared/cases lies nowhere above."), "shared", "cases", name)
        );
    }

    public Task RunAsync(string sql) => Console.Database.RunAsync(sql, Token);

    /// <summary>Runs a case's file, then what is due.</summary>
    public async Task PlayAsync(string name)
    {
        await RunAsync(Text(name));
        await SettleAsync();
    }

    /// <summary>Runs statements, then what is due.</summary>
    public async Task ThenAsync(string sql)
    {
        await RunAsync(sql);
        await SettleAsync();
    }

    public async Task SettleAsync()
    {
        // As a silo opens it.
        await using var data = Postgres.Database.Open(new DatabaseSettings { Connection = Console.Database.ConnectionString });
        var registry = await new RegistryStore(data).LoadAsync(Token);
        using var progress = new Progress(
            new ConsoleHost
            {
                Out = TextWriter.Null,
                Error = TextWriter.Null,
                In = TextReader.Null,
                IsOutTerminal = false,
                IsErrorTerminal = false,
                IsInTerminal = false,
                Environment = new Dictionary<string, string>(),
                Folder = Console.Folder,
                Time = TimeProvider.System,
            },
            "derive",
            "minutes"
        );
        await new Backlog(data, registry, new DerivingOptions(), TimeProvider.System).DrainAsync(
            (IReadOnlyCollection<DxyOrleans.Core.Bars.Symbol>?)null,
            progress,
            Token
        );
    }

    /// <summary>Bars as <c>HH:mm O H L C volume</c>, without zeros at their ends.</summary>
    public async Task<string[]> BarsAsync(string symbol, string timeframe, string from, string to, params string[] more)
    {
        var called = await Console.RunAsync(["bars", symbol, timeframe, "--from", from, "--to", to, "--json", .. more]);
        Assert.True(called.Code == 0, called.ToString());
        return
        [
            .. called
                .Json.GetProperty("bars")
                .EnumerateArray()
                .Select(bar =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{UtcTime.Parse(bar.GetProperty("ts_utc").GetString()!).ToDateTime():HH:mm} {Number(bar, "open")} "
                            + $"{Number(bar, "high")} {Number(bar, "low")} {Number(bar, "close")} {Number(bar, "vol")}"
                    )
                ),
        ];
    }

    /// <summary>One value of the database as text.</summary>
    public async Task<string?> ValueAsync(string sql) => await Console.Database.ValueAsync<string>(sql, Token);

    /// <summary>Pieces of work with their reasons, one a line.</summary>
    public async Task<string[]> DueAsync()
    {
        var called = await Console.RunAsync("due", "--json");
        return
        [
            .. called
                .Json.GetProperty("due")
                .EnumerateArray()
                .Select(row =>
                    $"{row.GetProperty("symbol").GetString()}/{row.GetProperty("timeframe").GetString()} "
                    + $"{row.GetProperty("from").GetString()} {row.GetProperty("cause").GetString()} "
                    + $"{row.GetProperty("error").GetString()}"
                ),
        ];
    }

    /// <summary>Calls <c>verify</c>, runs the queries of <c>verify --sql</c> with plain SQL, and demands that they agree: no row back is
    /// exit code 0.</summary>
    public async Task<Called> VerifyAsync(string symbol, string from, string to, params string[] more)
    {
        var called = await Console.RunAsync(["verify", symbol, "--from", from, "--to", to, "--json", .. more]);
        Assert.True(called.Code is 0 or 10 or 11, called.ToString());
        var queries = await Console.RunAsync(["verify", symbol, "--from", from, "--to", to, "--json", "--sql", .. more]);
        Assert.True(queries.Code == 0, queries.ToString());
        foreach (
            var (query, target) in queries
                .Json.GetProperty("queries")
                .EnumerateArray()
                .Zip(called.Json.GetProperty("targets").EnumerateArray())
        )
        {
            var rows = new List<string>();
            await using var command = Console.Database.Data.CreateCommand(query.GetString()!);
            await using var reader = await command.ExecuteReaderAsync(Token);
            while (await reader.ReadAsync(Token))
            {
                rows.Add($"{reader.GetDateTime(0):u} {reader.GetString(1)}");
            }

            var differs = Differences(target);
            Assert.True(
                differs == 0 == (rows.Count == 0),
                $"verify finds {differs}, its SQL:\n{string.Join('\n', rows)}\n{called}\n{query}"
            );
        }

        return called;
    }

    /// <summary>What verify found of each target, such as <c>5m 1 compared, 1 different</c>.</summary>
    public static string[] Found(Called verified) =>
        [
            .. verified
                .Json.GetProperty("targets")
                .EnumerateArray()
                .Select(target =>
                    $"{target.GetProperty("timeframe").GetString()} {target.GetProperty("compared").GetInt64()} compared"
                    + string.Concat(
                        ((string[])["missing", "different", "unexplained", "unfit", "inputs_gone"])
                            .Select(name => (name, target.GetProperty(name).GetInt64()))
                            .Where(count => count.Item2 > 0)
                            .Select(count => $", {count.Item2} {count.name.Replace('_', ' ')}")
                    )
                ),
        ];

    public ValueTask DisposeAsync() => Console.DisposeAsync();

    static long Differences(JsonElement target) =>
        ((string[])["missing", "different", "unexplained", "unfit"]).Sum(name => target.GetProperty(name).GetInt64());

    static string Number(JsonElement bar, string name) =>
        bar.GetProperty(name) is { ValueKind: JsonValueKind.Number } number
            ? number.GetRawText().Contains('.', StringComparison.Ordinal)
                ? number.GetRawText().TrimEnd('0').TrimEnd('.')
                : number.GetRawText()
            : "null";
}
