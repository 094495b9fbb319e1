using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using DxyOrleans.Storage.Server;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Cluster.Tests;

/// <summary>The whole of a migration, as <c>./dxy migrate rehearse</c> runs it: real silos, a real server, the shop's own programs writing, a window of 24 hours.</summary>
public sealed class RehearsalTests
{
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(8);

    static string Dotnet => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    static string Console
    {
        get
        {
            var mine = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
            return Path.Combine(mine.Parent!.Parent!.FullName, "DxyOrleans.Client", mine.Name, "dxy-console.dll");
        }
    }

    /// <summary>Whether the test was asked for: a day of market time takes minutes.</summary>
    public static bool IsWanted => Environment.GetEnvironmentVariable("DXY_REHEARSE") is { Length: > 0 } || Environment.GetEnvironmentVariable("DXY_LONG") is { Length: > 0 };

    [Fact(Skip = "DXY_REHEARSE=1 rehearses a whole migration; it takes minutes", SkipUnless = nameof(IsWanted))]
    public async Task A_legacy_shop_is_migrated_from_start_to_end_in_one_command_with_all_gates_real_and_nothing_is_left_running()
    {
        var folder = TestFolder.Make();
        var home = Path.Combine(folder, "home");
        var server = await EmbeddedServer.StartAsync(new EmbeddedServerOptions { Home = home, Durable = false }, notice: null, TimeProvider.System, TestContext.Current.CancellationToken);
        try
        {
            var (code, output, error) = await RunAsync(folder, "--home", home, "--json", "migrate", "rehearse", "--bars", "20000", "--days", "5", "--rate", "1440");
            Assert.True(code == 0, $"exit code {code}\n{output}\n{error}");
            using var report = JsonDocument.Parse(output);
            var root = report.RootElement;
            Assert.Equal("completed", root.GetProperty("state").GetString());
            Assert.Equal(["done"], root.GetProperty("phases").EnumerateArray().Select(phase => phase.GetProperty("state").GetString()).Distinct());
            Assert.Equal(9, root.GetProperty("phases").GetArrayLength());
            Assert.True(root.GetProperty("phases")[7].GetProperty("market_seconds").GetDouble() >= TimeSpan.FromHours(24).TotalSeconds);
            Assert.Equal(Enumerable.Repeat("PASS", 7), root.GetProperty("criteria").EnumerateArray().Select(criterion => criterion.GetProperty("verdict").GetString()));
            Assert.Equal(JsonValueKind.Null, root.GetProperty("audit").GetProperty("fault").ValueKind);
            Assert.Equal(100, root.GetProperty("conflicts").EnumerateArray().Where(conflict => conflict.GetProperty("class").GetString() == "superseded").Sum(conflict => conflict.GetProperty("count").GetInt64()));
            Assert.True(root.GetProperty("others").GetProperty("bars").GetInt64() > 1_500 * 6);

            Assert.NotNull(EmbeddedServer.Find(home, TimeProvider.System));
            Assert.Equal(0L, await ValueAsync(server, "SELECT count(*) FROM pg_database WHERE datname LIKE 'dxy_rehearsal%'"));
            Assert.Equal(0L, await ValueAsync(server, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'dxy_rehearsal%'"));
            Assert.Empty(Directory.EnumerateFileSystemEntries(Path.Combine(home, "rehearsal")));
        }
        finally
        {
            NpgsqlConnection.ClearAllPools();
            await server.DeleteAsync(CancellationToken.None);
            Directory.Delete(folder, recursive: true);
        }
    }

    static async Task<(int Code, string Out, string Error)> RunAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Dotnet, ["exec", Console, .. arguments]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var inherited in start.Environment.Keys.Where(name => name.StartsWith("DXY_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(inherited);
        }

        using var process = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Longest);
        var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
        try
        {
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                // It stops its silos itself when asked to.
                using var kill = Process.Start("kill", ["-INT", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
                await process.WaitForExitAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(40), TimeProvider.System, CancellationToken.None);
            }
        }
    }

    static async Task<object?> ValueAsync(EmbeddedServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
