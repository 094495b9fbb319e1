using System.Globalization;
using Npgsql;

namespace DxyOrleans.EmbeddedPostgres.Tests;

public sealed class EmbeddedServerStartTests
{
    [Fact]
    public async Task A_new_home_gets_a_server_that_answers()
    {
        await using var home = new ServerHome();
        Assert.Null(home.Find());

        var server = await home.StartAsync();

        Assert.Equal(
            "dxyowner|dxy",
            await ServerHome.AskAsync<string>(server.ConnectionString, "SELECT current_user || '|' || current_database()")
        );
        Assert.Equal(
            server.Pid.ToString(CultureInfo.InvariantCulture),
            (await File.ReadAllTextAsync(Path.Combine(home.Path, "run", "postgres.pid"), TestContext.Current.CancellationToken)).Trim()
        );
        Assert.Equal(server.Pid, home.Find()?.Pid);
        Assert.True(File.Exists(Path.Combine(home.Path, "log", "postgres.log")));
    }

    [Fact]
    public async Task Starting_a_running_server_attaches_to_it()
    {
        await using var home = new ServerHome();
        var first = await home.StartAsync();
        var second = await home.StartAsync();

        Assert.Equal((first.Pid, first.ConnectionString), (second.Pid, second.ConnectionString));
    }

    [Fact]
    public async Task Eight_starts_at_once_make_one_server()
    {
        await using var home = new ServerHome();
        var servers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => home.StartAsync())));

        Assert.Single(servers.Select(server => (server.Pid, server.ConnectionString)).Distinct());
    }

    [Fact]
    public async Task A_home_reached_through_a_link_is_the_same_home()
    {
        await using var home = new ServerHome();
        var first = await home.StartAsync();
        var link = home.Path + "-link";
        Directory.CreateSymbolicLink(link, home.Path);

        var second = await home.StartAsync(options => options with { Home = link });

        Assert.Equal((first.Pid, first.DataFolder), (second.Pid, second.DataFolder));
    }

    [Fact]
    public async Task A_path_with_spaces_and_a_single_quote_works()
    {
        await using var home = new ServerHome("the owner's dollar index");
        var server = await home.StartAsync();
        await server.StopAsync(StopMode.Fast, TestContext.Current.CancellationToken);
        server = await home.StartAsync();

        Assert.Equal(1, await ServerHome.AskAsync<int>(server.ConnectionString, "SELECT 1"));
    }

    [Fact]
    public async Task The_wanted_port_is_used_and_a_taken_one_is_refused_by_number()
    {
        await using var home = new ServerHome();
        await using var other = new ServerHome();
        var server = await home.StartAsync();

        var refused = await Assert.ThrowsAsync<EmbeddedServerException>(() =>
            other.StartAsync(options => options with { Port = server.Port })
        );

        Assert.Contains(server.Port.ToString(CultureInfo.InvariantCulture), refused.Message, StringComparison.Ordinal);
        await server.StopAsync(StopMode.Fast, TestContext.Current.CancellationToken);
        Assert.Equal(server.Port, (await other.StartAsync(options => options with { Port = server.Port })).Port);
    }

    [Fact]
    public async Task A_setting_that_PostgreSQL_refuses_is_named_in_the_error()
    {
        await using var home = new ServerHome();
        var refused = await Assert.ThrowsAsync<EmbeddedServerException>(() =>
            home.StartAsync(options => options with { Settings = new Dictionary<string, string> { ["shared_buffers"] = "much" } })
        );

        Assert.Null(home.Find());
        Assert.Contains(
            "shared_buffers",
            await File.ReadAllTextAsync(Path.Combine(home.Path, "log", "postgres.log"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        Assert.Contains("postgres.log", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\"b")]
    [InlineData("a$b")]
    [InlineData("a`b")]
    public async Task A_folder_name_that_a_shell_would_read_is_refused(string name)
    {
        await using var home = new ServerHome(name);
        await Assert.ThrowsAsync<EmbeddedServerException>(() => home.StartAsync());
        Assert.False(Directory.Exists(home.Path));
    }

    [Fact]
    public async Task Stopping_ends_the_process_and_a_second_stop_is_no_error()
    {
        await using var home = new ServerHome();
        var server = await home.StartAsync();
        await server.StopAsync(StopMode.Fast, TestContext.Current.CancellationToken);
        await server.StopAsync(StopMode.Fast, TestContext.Current.CancellationToken);

        Assert.Null(home.Find());
        Assert.True(await IsGoneAsync(server.Pid));
        Assert.False(Directory.Exists(server.SocketFolder));
        Assert.False(File.Exists(Path.Combine(home.Path, "run", "postgres.pid")));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => ServerHome.AskAsync<int>(server.ConnectionString, "SELECT 1"));
    }

    // A process that has ended may wait, empty, for its parent to take notice.
    private static async Task<bool> IsGoneAsync(int pid) =>
        !Directory.Exists($"/proc/{pid}")
        || (await File.ReadAllBytesAsync($"/proc/{pid}/cmdline", TestContext.Current.CancellationToken)).Length == 0;
}
