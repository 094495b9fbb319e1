using System.Globalization;
using System.Text;
using System.Text.Json;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests;

/// <summary>What one call of the console gave.</summary>
public sealed record Called(int Code, string Out, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public override string ToString() => $"exit code {Code}\n{Out}\n{Error}";
}

/// <summary>The console called in this process, with a database and a folder of its own.</summary>
public sealed class Dxy : IAsyncDisposable
{
    /// <summary>A Monday on which the market was open.</summary>
    public static readonly UtcTime Monday = UtcTime.At(2019, 10, 7, 10);

    readonly Dictionary<string, string> _environment = [];

    Dxy(TestDatabase? database)
    {
        Database = database!;
        Folder = Directory.CreateTempSubdirectory("dxy-client-").FullName;
        if (database is not null)
        {
            _environment["DXY_DATABASE"] = database.ConnectionString;
        }
    }

    public TestDatabase Database { get; }

    public string Folder { get; }

    public Dictionary<string, string> Variables => _environment;

    /// <summary>A console on a fresh database, with the schema unless told otherwise.</summary>
    public static async Task<Dxy> OnAsync(TestServer server, bool schema = true, Partitions? partitions = null) =>
        new(schema ? await server.CreateInstalledDatabaseAsync("", partitions) : await server.CreateDatabaseAsync());

    /// <summary>A console without a database.</summary>
    public static Dxy Alone() => new(null);

    public Task<Called> RunAsync(params string[] arguments) => RunAsync(CancellationToken.None, arguments);

    /// <summary>As on a terminal, with what a user types.</summary>
    public Task<Called> OnTerminalAsync(string typed, params string[] arguments) =>
        RunAsync(new StringReader(typed), true, arguments, CancellationToken.None);

    public Task<Called> RunAsync(CancellationToken cancellation, params string[] arguments) =>
        RunAsync(TextReader.Null, false, arguments, cancellation);

    async Task<Called> RunAsync(TextReader input, bool terminal, string[] arguments, CancellationToken cancellation)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var host = new ConsoleHost
        {
            Out = output,
            Error = error,
            In = input,
            IsOutTerminal = terminal,
            IsErrorTerminal = terminal,
            IsInTerminal = terminal,
            Environment = _environment,
            Folder = Folder,
            Time = TimeProvider.System,
        };
        var code = await App.RunAsync(arguments, host, cancellation);
        return new Called(code, output.ToString(), error.ToString());
    }

    /// <summary>Writes a file into the folder.</summary>
    public string Write(string name, string text)
    {
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A file of the six pairs' bars, a minute each from <see cref="Monday"/>, with closes that move.</summary>
    /// <param name="minutes">How many.</param>
    /// <param name="without">Bars to leave out.</param>
    public string Pairs(int minutes, Func<string, int, bool>? without = null, string name = "pairs.csv")
    {
        var text = new StringBuilder("symbol,ts_utc,open,high,low,close,volume\n");
        double[] levels = [1.10, 107, 1.23, 1.33, 9.88, 0.99];
        for (var pair = 0; pair < 6; pair++)
        {
            var symbol = IndexDefinition.Dxy.Components[pair].Symbol.Name;
            for (var minute = 0; minute < minutes; minute++)
            {
                if (without?.Invoke(symbol, minute) != true)
                {
                    var price = (levels[pair] * (1 + (0.0001 * ((minute + pair) % 7)))).ToString("0.00000", CultureInfo.InvariantCulture);
                    text.Append(
                        CultureInfo.InvariantCulture,
                        $"{symbol},{Monday + TimeSpan.FromMinutes(minute)},{price},{price},{price},{price},1\n"
                    );
                }
            }
        }

        return Write(name, text.ToString());
    }

    /// <summary>Options for the range of the first minutes.</summary>
    public static string[] Range(int minutes) => ["--from", Monday.ToString(), "--to", (Monday + TimeSpan.FromMinutes(minutes)).ToString()];

    public async ValueTask DisposeAsync()
    {
        Directory.Delete(Folder, recursive: true);
        if (Database is not null)
        {
            await Database.DisposeAsync();
        }
    }
}
