using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using DxyOrleans.Testing;

namespace DxyOrleans.EmbeddedPostgres.Tests;

public sealed class EmbeddedServerRestartTests
{
    [Fact]
    public async Task A_restart_keeps_data_port_and_passwords()
    {
        await using var home = new ServerHome();
        var before = await home.StartAsync();
        await ServerHome.AskAsync<int>(before.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS n; SELECT 1");
        await before.StopAsync(StopMode.Fast, TestContext.Current.CancellationToken);

        var after = await home.StartAsync();

        Assert.NotEqual(before.Pid, after.Pid);
        Assert.Equal(before.ConnectionString, after.ConnectionString);
        Assert.Equal(42, await ServerHome.AskAsync<int>(after.ConnectionString, "SELECT n FROM kept"));
    }

    [Fact]
    public async Task A_home_from_before_keeps_its_login_whose_own_tables_no_longer_land_in_our_schema()
    {
        await using var home = new ServerHome();
        var before = await home.StartAsync();
        await ServerHome.AskAsync<int>(before.AdminConnectionString, "ALTER ROLE dxyowner RENAME TO dxy; SELECT 1");
        var file = Path.Combine(home.Path, "postgres.json");
        var record = JsonNode.Parse(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken))!.AsObject();
        Assert.True(record.Remove("role") && record.Remove("path_set"));
        await File.WriteAllTextAsync(file, record.ToJsonString(), TestContext.Current.CancellationToken);

        var after = await home.StartAsync();
        Assert.Equal(
            "dxy|public|1",
            await ServerHome.AskAsync<string>(
                after.ConnectionString,
                "CREATE SCHEMA dxy; CREATE TABLE kept (); CREATE TABLE dxy.landed AS SELECT 1 AS n; SELECT current_user || '|' || "
                    + "(SELECT schemaname FROM pg_tables WHERE tablename = 'kept') || '|' || (SELECT n FROM landed)"
            )
        );
        Assert.Equal(after.ConnectionString, (await home.StartAsync()).ConnectionString);
    }

    [Fact]
    public async Task A_port_that_another_program_took_meanwhile_is_changed()
    {
        await using var home = new ServerHome();
        var before = await home.StartAsync();
        await before.StopAsync(StopMode.Fast, TestContext.Current.CancellationToken);
        using var squatter = new TcpListener(IPAddress.Loopback, before.Port);
        squatter.Start();

        var after = await home.StartAsync();

        Assert.NotEqual(before.Port, after.Port);
        Assert.Equal(1, await ServerHome.AskAsync<int>(after.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_server_that_was_stopped_by_a_signal_is_named_and_can_be_stopped_in_order()
    {
        await using var home = new ServerHome();
        var server = await home.StartAsync();
        LiveProcess.Signal(server.Pid, LiveProcess.Stop);
        while (ProcessIdentity.Of(server.Pid)!.Condition != ProcessCondition.Stopped)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        var fault = await Assert.ThrowsAsync<EmbeddedServerException>(() => home.StartAsync());

        Assert.Contains($"process {server.Pid}) was stopped by a signal", fault.Message, StringComparison.Ordinal);
        await server.StopAsync(StopMode.Fast, TestContext.Current.CancellationToken);
        Assert.Null(home.Find());
    }

    [Fact]
    public async Task A_pid_file_of_a_server_that_is_dead_and_unreaped_keeps_no_other_from_starting()
    {
        await using var home = new ServerHome();
        var before = await home.StartAsync();
        await before.StopAsync(StopMode.Fast, TestContext.Current.CancellationToken);
        var (parent, child) = await LiveProcess.UnreapedAsync();
        using (parent)
        {
            var file = Postmaster.PidFile(before.DataFolder);
            await File.WriteAllTextAsync(file, $"{child.Pid}\n{before.DataFolder}\n", TestContext.Current.CancellationToken);
            Postmaster.RemoveStalePidFile(before.DataFolder);
            Assert.False(File.Exists(file));
        }

        Assert.Equal(1, await ServerHome.AskAsync<int>((await home.StartAsync()).ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task A_killed_server_starts_again_with_what_was_committed()
    {
        await using var home = new ServerHome();
        var before = await home.StartAsync(options => options with { Durable = true });
        await ServerHome.AskAsync<int>(before.ConnectionString, "CREATE TABLE kept AS SELECT 42 AS n; SELECT 1");
        using (var process = Process.GetProcessById(before.Pid))
        {
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Null(home.Find());
        var after = await home.StartAsync();

        Assert.NotEqual(before.Pid, after.Pid);
        Assert.Equal(42, await ServerHome.AskAsync<int>(after.ConnectionString, "SELECT n FROM kept"));
    }

    [Fact]
    public async Task A_left_over_pid_file_that_names_a_stranger_is_seen_through()
    {
        await using var home = new ServerHome();
        var server = await home.StartAsync();
        await server.StopAsync(StopMode.Fast, TestContext.Current.CancellationToken);
        using var stranger = Process.Start(new ProcessStartInfo("sleep", ["600"]))!;
        try
        {
            var text = $"{stranger.Id}\n{server.DataFolder}\n1700000000\n{server.Port}\n/tmp\n127.0.0.1\n   1   1\nready   \n";
            await File.WriteAllTextAsync(Path.Combine(server.DataFolder, "postmaster.pid"), text, TestContext.Current.CancellationToken);

            Assert.Null(home.Find());
            var after = await home.StartAsync();

            Assert.NotEqual(stranger.Id, after.Pid);
            Assert.Equal(1, await ServerHome.AskAsync<int>(after.ConnectionString, "SELECT 1"));
            Assert.False(stranger.HasExited);
        }
        finally
        {
            stranger.Kill();
        }
    }

    [Fact]
    public async Task Lost_passwords_are_an_error_that_says_what_to_do_and_keeps_the_data()
    {
        await using var home = new ServerHome();
        var server = await home.StartAsync();
        await server.StopAsync(StopMode.Fast, TestContext.Current.CancellationToken);
        File.Delete(Path.Combine(home.Path, "postgres.json"));

        var error = await Assert.ThrowsAsync<EmbeddedServerException>(() => home.StartAsync());

        Assert.Contains("postgres.json", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(server.DataFolder, "PG_VERSION")));
    }

    [Fact]
    public async Task Data_of_another_major_version_name_the_package_that_opens_them()
    {
        await using var home = new ServerHome();
        var server = await home.StartAsync();
        await server.StopAsync(StopMode.Fast, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(server.DataFolder, "PG_VERSION"), "99\n", TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<ServerProgramsMissingException>(() => home.StartAsync());

        Assert.Contains("99", error.Message, StringComparison.Ordinal);
        Assert.Contains(error.InstallCommand, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Half_made_data_are_made_anew()
    {
        await using var home = new ServerHome();
        Directory.CreateDirectory(home.Path);
        if (Environment.IsPrivilegedProcess)
            File.SetUnixFileMode(home.Path, File.GetUnixFileMode(home.Path) | UnixFileMode.OtherExecute);
        Directory.CreateDirectory(Path.Combine(home.Path, "pg.new", "base"));

        var server = await home.StartAsync();

        Assert.Equal(
            server.Pid.ToString(CultureInfo.InvariantCulture),
            File.ReadLines(Path.Combine(server.DataFolder, "postmaster.pid")).First()
        );
    }
}
