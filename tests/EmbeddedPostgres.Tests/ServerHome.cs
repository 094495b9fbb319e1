using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.EmbeddedPostgres.Tests;

/// <summary>A home for one test's server, stopped and removed with the test.</summary>
public sealed class ServerHome : IAsyncDisposable
{
    private readonly string _folder = TestFolder.Make();

    public ServerHome(string name = "home") => Path = System.IO.Path.Combine(_folder, name);

    public string Path { get; }

    public List<string> Notices { get; } = [];

    public Task<EmbeddedServer> StartAsync(Func<EmbeddedServerOptions, EmbeddedServerOptions>? with = null)
    {
        var options = new EmbeddedServerOptions
        {
            Home = Path,
            Durable = false,
            Settings = new Dictionary<string, string> { ["shared_buffers"] = "16MB" },
        };
        return EmbeddedServer.StartAsync(
            with?.Invoke(options) ?? options,
            Notices.Add,
            TimeProvider.System,
            TestContext.Current.CancellationToken
        );
    }

    public EmbeddedServer? Find() => EmbeddedServer.Find(Path, TimeProvider.System);

    public static async Task<T> AskAsync<T>(string connectionString, string sql)
    {
        var text = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;
        await using var source = NpgsqlDataSource.Create(text);
        await using var command = source.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    public static Task<string> SettingAsync(EmbeddedServer server, string name) =>
        AskAsync<string>(server.AdminConnectionString, $"SELECT current_setting('{name}')");

    public async ValueTask DisposeAsync()
    {
        if (Find() is { } server)
            await server.DeleteAsync();
        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }
}
