using System.Diagnostics;
using DxyOrleans.Bars;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Derive;
using DxyOrleans.Client.Commands.Import;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Feeds.Files;
using DxyOrleans.Postgres;
using DxyOrleans.Schema;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Bench.Setup;

/// <summary>
/// One durable PostgreSQL server for the whole run, thrown away at its end, with our schema and, in the schema <c>bench</c>, twins of the
/// host's tables that have their columns, checks and keys and no triggers.
/// </summary>
internal sealed class BenchServer : IAsyncDisposable
{
    /// <summary>Seconds.</summary>
    const int Longest = 600;

    // What a replica brings is told too.
    static readonly string[] Replicas = ["public.data_bars", "public.derived_data_bars"];

    readonly EmbeddedServer _server;
    readonly NpgsqlDataSource _admin;
    readonly string _folder;
    BulkInput? _holds;

    private BenchServer(EmbeddedServer server, string folder, FxInput input)
    {
        (_server, _folder, Input) = (server, folder, input);
        Data = Database.Open(new DatabaseSettings { Connection = server.ConnectionString, ApplicationName = "dxy-bench" });
        _admin = NpgsqlDataSource.Create(server.AdminConnectionString);
    }

    public FxInput Input { get; }

    /// <summary>As the console opens it: the same pool, the same preparing.</summary>
    public NpgsqlDataSource Data { get; }

    public string Url => _server.Url;

    public string Password => new NpgsqlConnectionStringBuilder(_server.ConnectionString).Password!;

    public string DataFolder => _server.DataFolder;

    public static async Task<BenchServer> StartAsync(CancellationToken cancellation)
    {
        var folder = Path.Combine(
            Folders.Root,
            "artifacts",
            "bench",
            Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)
        );
        Directory.CreateDirectory(folder);
        var input = await FxInput.OpenAsync(folder, cancellation);
        var embedded = await EmbeddedServer.StartAsync(
            new EmbeddedServerOptions { Home = Path.Combine(folder, "home"), Durable = true },
            notice: null,
            TimeProvider.System,
            cancellation
        );
        var server = new BenchServer(embedded, folder, input);
        try
        {
            await new SchemaInstaller(embedded.ConnectionString, TimeProvider.System).ApplyAsync(cancellation);
            await server.RunAsync(
                """
                CREATE SCHEMA bench;
                CREATE TABLE bench.data_bars (LIKE public.data_bars INCLUDING ALL);
                CREATE TABLE bench.derived_data_bars (LIKE public.derived_data_bars INCLUDING ALL);
                """,
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

    public async ValueTask DisposeAsync()
    {
        await Data.DisposeAsync();
        await _admin.DisposeAsync();
        await _server.DeleteAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public Task<SymbolRegistry> RegistryAsync(CancellationToken cancellation) => new RegistryStore(Data).LoadAsync(cancellation);

    /// <summary>Every table of bars and of work empty.</summary>
    public async Task EmptyAsync(CancellationToken cancellation)
    {
        _holds = null;
        await RunAsync(
            "TRUNCATE public.data_bars, public.derived_data_bars, bench.data_bars, bench.derived_data_bars, dxy.change, dxy.due, "
                + "dxy.correction, dxy.missed",
            cancellation
        );
    }

    /// <summary>The console's import of the files, without deriving; returns the seconds until the last commit.</summary>
    public async Task<double> ImportAsync(bool mayStore, CancellationToken cancellation)
    {
        var importer = new Importer(
            new BarStore(Data, TimeProvider.System),
            new BarRestore(Data),
            new BarFileReader(TimeProvider.System),
            await RegistryAsync(cancellation),
            preferFile: false
        );
        using var progress = new Progress(Quiet, "import", "rows");
        var start = Stopwatch.GetTimestamp();
        var files = await importer.RunAsync(Input.Paths, new BarFileOptions(), progress, cancellation);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var met = mayStore ? files.Sum(file => file.Stored.New) : files.Sum(file => file.Stored.Equal);
        return met == Input.Bars.Count
            ? seconds
            : throw new InvalidOperationException($"The import of {Input.Bars.Count} rows found {met}; the measurement is void.");
    }

    /// <summary>Everything due derived and rolled up, as the console does it with no silo running; returns the seconds.</summary>
    public async Task<double> DrainAsync(CancellationToken cancellation)
    {
        var backlog = new Backlog(Data, await RegistryAsync(cancellation), new DerivingOptions(), TimeProvider.System);
        using var progress = new Progress(Quiet, "derive", "minutes");
        var start = Stopwatch.GetTimestamp();
        await backlog.DrainAsync(symbols: null, progress, cancellation);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The files imported and everything derived, from an earlier measurement or now; the planner knows the tables.</summary>
    public async Task HoldDerivedAsync(CancellationToken cancellation)
    {
        if (_holds != BulkInput.Files)
        {
            await EmptyAsync(cancellation);
            await ImportAsync(mayStore: true, cancellation);
            await DrainAsync(cancellation);
            _holds = BulkInput.Files;
        }

        await TidyAsync(cancellation);
    }

    /// <summary>A simulated year and everything derived from it, from an earlier measurement or now; the planner knows the
    /// tables.</summary>
    public async Task HoldYearAsync(CancellationToken cancellation)
    {
        if (_holds != BulkInput.Year)
        {
            await EmptyAsync(cancellation);
            await SimulatedBars.FillAsync(this, SimulatedBars.Year, weekends: true, cancellation);
            await TidyAsync(cancellation);
            await new DueStore(Data).RequestAsync(
                IndexDefinition.Dxy.Series,
                SimulatedBars.Year,
                "request",
                null,
                prune: false,
                cancellation
            );
            await DrainAsync(cancellation);
            _holds = BulkInput.Year;
        }

        await TidyAsync(cancellation);
    }

    /// <summary>Makes <c>public.data_bars</c> anew, empty like every other table, in one piece or divided.</summary>
    public async Task RemakeBarsAsync(Partitions? partitions, CancellationToken cancellation)
    {
        await EmptyAsync(cancellation);
        await RunAsync("DROP TABLE public.data_bars", cancellation);
        await new SchemaInstaller(_server.ConnectionString, TimeProvider.System) { Partitions = partitions }.ApplyAsync(cancellation);
    }

    /// <summary>No old versions of rows are left, and the planner knows the tables.</summary>
    public async Task TidyAsync(CancellationToken cancellation)
    {
        await RunAsync("VACUUM (ANALYZE) public.data_bars", cancellation);
        await RunAsync("VACUUM (ANALYZE) public.derived_data_bars", cancellation);
        await SettleAsync(cancellation);
    }

    /// <summary>Runs a statement whose changes no trigger sees: making and removing what a round begins with is none of what is
    /// measured.</summary>
    public async Task UnrecordedAsync(string sql, CancellationToken cancellation)
    {
        await using var command = _admin.CreateCommand(
            $"BEGIN; {string.Concat(Replicas.Select(table => $"ALTER TABLE {table} DISABLE TRIGGER dxy_capture_row; "))}SET LOCAL "
                + $"session_replication_role = replica; {sql}; "
                + $"{string.Concat(Replicas.Select(table => $"ALTER TABLE {table} ENABLE REPLICA TRIGGER dxy_capture_row; "))}COMMIT"
        );
        command.CommandTimeout = Longest;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>So that no round pays for the writes of the one before.</summary>
    public async Task SettleAsync(CancellationToken cancellation)
    {
        await using var command = _admin.CreateCommand("CHECKPOINT");
        await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task RunAsync(string sql, CancellationToken cancellation)
    {
        await using var command = Data.CreateCommand(sql);
        command.CommandTimeout = Longest;
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Runs a statement and returns its seconds.</summary>
    public async Task<double> TimeAsync(string sql, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        await RunAsync(sql, cancellation);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    public async Task<T> ValueAsync<T>(string sql, CancellationToken cancellation)
    {
        await using var command = Data.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(cancellation))!;
    }

    /// <summary>Bytes of WAL written up to now.</summary>
    public Task<long> WalAsync(CancellationToken cancellation) =>
        ValueAsync<long>("SELECT (pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint", cancellation);

    /// <summary>The rows of one series as they stand.</summary>
    public async Task<List<BarRow>> RowsAsync(BarTable table, Core.Bars.Series series, CancellationToken cancellation)
    {
        var rows = new List<BarRow>();
        await foreach (var stored in BarReader.StreamAsync(Data, table, series, AllTime, cancellation))
        {
            rows.Add(new BarRow(stored.Bar, stored.Raw));
        }

        return rows;
    }

    /// <summary>Wide enough for every row there is here.</summary>
    public static TimeRange AllTime { get; } = new(UtcTime.At(2000, 1, 1), UtcTime.At(2100, 1, 1));

    // The console's classes report progress to one; nobody looks here.
    static ConsoleHost Quiet { get; } =
        new()
        {
            Out = TextWriter.Null,
            Error = TextWriter.Null,
            In = TextReader.Null,
            IsOutTerminal = false,
            IsErrorTerminal = false,
            IsInTerminal = false,
            Environment = new Dictionary<string, string>(),
            Folder = Environment.CurrentDirectory,
            Time = TimeProvider.System,
        };
}
