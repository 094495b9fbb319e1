using System.Globalization;
using DxyOrleans.Bars;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Schema;
using Npgsql;

namespace DxyOrleans.Bench.Rivals;

/// <summary>
/// A durable server beside the bench's own, for ways of deriving that aren't ours: its WAL can be decoded, and each rival has a table of
/// the shop's columns, checks and key that holds the files' rows, without any trigger of ours.
/// </summary>
internal sealed class RivalServer : IAsyncDisposable
{
    readonly EmbeddedServer _server;
    readonly string _folder;

    RivalServer(EmbeddedServer server, string folder)
    {
        (_server, _folder) = (server, folder);
        Data = NpgsqlDataSource.Create(server.ConnectionString);
    }

    public NpgsqlDataSource Data { get; }

    /// <summary>For Npgsql: a superuser, who may read the WAL.</summary>
    public string AdminConnectionString => _server.AdminConnectionString;

    public static async Task<RivalServer> StartAsync(FxInput input, CancellationToken cancellation)
    {
        var process = Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
        var folder = Path.Combine(Folders.Root, "artifacts", "bench", $"{process}-rivals");
        Directory.CreateDirectory(folder);
        var embedded = await EmbeddedServer.StartAsync(
            new EmbeddedServerOptions
            {
                Home = Path.Combine(folder, "home"),
                Durable = true,
                Settings = new Dictionary<string, string> { ["wal_level"] = "logical" },
            },
            notice: null,
            TimeProvider.System,
            cancellation
        );
        var server = new RivalServer(embedded, folder);
        try
        {
            await new SchemaInstaller(embedded.ConnectionString, TimeProvider.System).ApplyAsync(cancellation);
            await server.RunAsync("CREATE SCHEMA rival; CREATE TABLE rival.history (LIKE public.data_bars INCLUDING ALL)", cancellation);
            await BareCopy.RunAsync(
                server.Data,
                "rival.history",
                [.. input.Bars.Select(bar => new BarRow(bar))],
                BarSource.Ingest,
                cancellation
            );
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Makes a table that holds the files' rows; returns its name.</summary>
    public async Task<string> MakeTableAsync(string name, CancellationToken cancellation)
    {
        await RunAsync(
            $"CREATE TABLE rival.{name} (LIKE rival.history INCLUDING ALL); INSERT INTO rival.{name} SELECT * FROM rival.history",
            cancellation
        );
        await RunAsync($"VACUUM (ANALYZE) rival.{name}", cancellation);
        return $"rival.{name}";
    }

    public async Task RunAsync(string sql, CancellationToken cancellation)
    {
        await using var command = Data.CreateCommand(sql);
        command.CommandTimeout = 600;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The DXY level of one minute in SQL, of the closes of table alias b joined to the weights w.</summary>
    public static string Level { get; } =
        string.Create(
            CultureInfo.InvariantCulture,
            $"round(({IndexDefinition.Dxy.Factor:R} * exp(sum(w.exponent * ln(b.close::float8))))::numeric, 8)"
        );

    /// <summary>The components with their exponents, as rows of VALUES.</summary>
    public static string Weights { get; } =
        string.Join(
            ", ",
            IndexDefinition.Dxy.Components.Select(component =>
                string.Create(CultureInfo.InvariantCulture, $"('{component.Symbol}', {component.Exponent:R}::float8)")
            )
        );

    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        await _server.DeleteAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
