using DxyOrleans.Client.Cli.Settings;
using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Postgres;
using DxyOrleans.Schema;
using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Client.Cli;

/// <summary>One call of the console: how it was asked to speak, its settings, and its database, opened when first needed.</summary>
internal sealed class Session(ConsoleHost host, SettingsReader settings, bool json, bool verbose, bool yes) : IAsyncDisposable
{
    /// <summary>The name that the server shows for the console's connections.</summary>
    public const string ApplicationName = "dxy-console";

    NpgsqlDataSource? _database;
    string? _connection;

    public ConsoleHost Host => host;

    public SettingsReader Settings => settings;

    /// <summary>Whether results are one JSON document on standard output, and nothing else there.</summary>
    public bool Json => json;

    public bool Verbose => verbose;

    public bool Yes => yes;

    public TextWriter Out => host.Out;

    public TimeProvider Time => host.Time;

    public string Home => Path.GetFullPath(Path.Combine(host.Folder, settings["Home"]!));

    /// <summary>Whether the database is the server that we keep ourselves.</summary>
    public bool IsEmbedded => OwnConnection is null;

    /// <summary>The database for people: no password in it. Null before it is known.</summary>
    public string? DatabaseName => _connection is null ? null : Describe(_connection);

    string? OwnConnection => settings["Database"] is { Length: > 0 } given ? given : LibpqDefaults.Connection(host.Variable);

    /// <summary>The zone of the host's times that have none; null: nobody said.</summary>
    public string? HostZone =>
        settings["HostZone"] switch
        {
            null or "" => null,
            BindingRules.Utc => BindingRules.Utc,
            var other => throw Fault
                .Usage($"HostZone is '{other}' ({settings.Get("HostZone").Origin}); UTC can be, or nothing")
                .ToException(),
        };

    /// <summary>Tells people something beside the result.</summary>
    public void Note(string line) => host.Error.WriteLine(line);

    public JsonOutput Document(string schema) => new(host.Out, schema);

    /// <summary>The connection string, with the embedded server brought up when that is the database.</summary>
    public async Task<string> ConnectionAsync(CancellationToken cancellation)
    {
        if (_connection is not null)
        {
            return _connection;
        }

        if (OwnConnection is { } own)
        {
            return _connection = Readable("Database", () => LibpqDefaults.Complete(own, host.Variable));
        }

        var server = await EmbeddedServer.StartAsync(new EmbeddedServerOptions { Home = Home }, Note, host.Time, cancellation);
        return _connection = server.ConnectionString;
    }

    /// <summary>The database with our schema in it: an embedded server without gets it now, another one is left alone.</summary>
    public async Task<NpgsqlDataSource> DatabaseAsync(CancellationToken cancellation)
    {
        if (_database is not null)
        {
            return _database;
        }

        var database = await RawDatabaseAsync(cancellation);
        var stands = await SchemaVersion.ReadAsync(database, cancellation);
        if (IsEmbedded)
        {
            await using var command = database.CreateCommand("SELECT to_regclass('public.data_bars') IS NULL");
            if (stands is null || stands.Number < SchemaVersion.Own.Number || (bool)(await command.ExecuteScalarAsync(cancellation))!)
            {
                await new SchemaInstaller(_connection!, host.Time) { HostZone = HostZone }.ApplyAsync(cancellation);
                return database;
            }
        }

        // Where there is none at all, each verb says what it misses.
        return stands is not null && SchemaVersion.Own.FaultWith(stands) is { } fault ? throw new SchemaException(fault) : database;
    }

    /// <summary>The database as it is, for verbs that deal with the schema itself.</summary>
    public async Task<NpgsqlDataSource> RawDatabaseAsync(CancellationToken cancellation) =>
        _database ??= Database.Open(await DatabaseSettingsAsync(cancellation));

    /// <summary>How this call reaches the database.</summary>
    public async Task<DatabaseSettings> DatabaseSettingsAsync(CancellationToken cancellation) =>
        new()
        {
            Connection = await ConnectionAsync(cancellation),
            PoolSize = settings.Number("PoolSize", 2, 200),
            Prepare = settings.Flag("Prepare"),
            ApplicationName = ApplicationName,
        };

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }

    string Readable(string key, Func<string> connection)
    {
        try
        {
            return connection();
        }
        catch (ArgumentException)
        {
            // The text may hold a password: it is not repeated.
            throw Fault
                .Usage(
                    $"the connection {key} can't be read ({settings.Get(key).Origin})",
                    "write an Npgsql connection string or postgresql://user:password@host:port/database"
                )
                .ToException();
        }
    }

    static string Describe(string connection)
    {
        var builder = new NpgsqlConnectionStringBuilder(connection);
        return $"{builder.Username}@{builder.Host}:{builder.Port}/{builder.Database}";
    }
}
