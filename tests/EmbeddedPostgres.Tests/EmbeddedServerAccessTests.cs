using Npgsql;

namespace DxyOrleans.EmbeddedPostgres.Tests;

public sealed class EmbeddedServerAccessTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task The_url_works_in_psql_as_printed()
    {
        await using var home = new ServerHome();
        var server = await home.StartAsync();

        Assert.Equal("dxyowner", await Shell.RunAsync("psql", server.Url, "-XAtc", "SELECT current_user"));
    }

    [Fact]
    public async Task Passwords_lie_in_a_file_only_for_their_owner()
    {
        await using var home = new ServerHome();
        await home.StartAsync();

        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(home.Path, "postgres.json")));
    }

    [Fact]
    public async Task Only_the_servers_user_can_open_the_socket_folder_and_its_name_is_short()
    {
        await using var home = new ServerHome(new string('h', 120));
        var server = await home.StartAsync();

        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(server.SocketFolder));
        Assert.True($"{server.SocketFolder}/.s.PGSQL.{server.Port}".Length < 100);
        Assert.True(File.Exists($"{server.SocketFolder}/.s.PGSQL.{server.Port}"));
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, File.GetUnixFileMode(server.DataFolder));
    }

    [Fact]
    public async Task Nobody_gets_in_without_the_password()
    {
        await using var home = new ServerHome();
        var server = await home.StartAsync();
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "wrong" };

        var refused = await Assert.ThrowsAsync<PostgresException>(() => ServerHome.AskAsync<int>(wrong.ConnectionString, "SELECT 1"));
        Assert.Equal(PostgresErrorCodes.InvalidPassword, refused.SqlState);

        var trusted = await ServerHome.AskAsync<long>(
            server.AdminConnectionString,
            "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'"
        );
        Assert.Equal(0, trusted);
    }

    [Fact]
    public async Task The_role_owns_its_database_and_is_no_superuser()
    {
        await using var home = new ServerHome();
        var server = await home.StartAsync();
        const string Sql = """
            SELECT concat_ws(',', r.rolcanlogin, r.rolsuper, r.rolcreaterole, r.rolcreatedb, d.datname, pg_encoding_to_char(d.encoding))
            FROM pg_roles r JOIN pg_database d ON d.datdba = r.oid WHERE r.rolname = 'dxyowner'
            """;

        Assert.Equal("t,f,t,t,dxy,UTF8", await ServerHome.AskAsync<string>(server.ConnectionString, Sql));
    }

    [Theory]
    [InlineData(true, "on")]
    [InlineData(false, "off")]
    public async Task Durability_is_on_unless_the_server_is_thrown_away(bool durable, string expected)
    {
        await using var home = new ServerHome();
        var server = await home.StartAsync(options => options with { Durable = durable });

        foreach (var name in (string[])["fsync", "full_page_writes", "synchronous_commit"])
            Assert.Equal(expected, await ServerHome.SettingAsync(server, name));
    }

    [Fact]
    public async Task The_server_is_named_listens_on_loopback_and_keeps_UTC()
    {
        await using var home = new ServerHome();
        var server = await home.StartAsync(options =>
            options with
            {
                Settings = new Dictionary<string, string> { ["application_name"] = @"it's a \ test" },
            }
        );

        Assert.Equal("dxy-embedded", await ServerHome.SettingAsync(server, "cluster_name"));
        Assert.Equal("127.0.0.1", await ServerHome.SettingAsync(server, "listen_addresses"));
        Assert.Equal("UTC", await ServerHome.SettingAsync(server, "TimeZone"));
        Assert.Equal(@"it's a \ test", await ServerHome.SettingAsync(server, "application_name"));
        Assert.Equal(server.DataFolder, await ServerHome.SettingAsync(server, "data_directory"));
    }

    [Fact]
    public async Task Roots_server_runs_as_somebody_else()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        await using var home = new ServerHome();
        var server = await home.StartAsync();

        var uid = await Shell.RunAsync("stat", "-c", "%u", $"/proc/{server.Pid}");
        Assert.NotEqual("0", uid);
        Assert.Equal(uid, await Shell.RunAsync("stat", "-c", "%u", server.DataFolder));
        Assert.Empty(home.Notices);
    }

    [Fact]
    public async Task Where_the_servers_user_cannot_reach_the_home_the_data_go_elsewhere_and_one_line_says_where()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "needs root");
        await using var home = new ServerHome();
        Directory.CreateDirectory(home.Path, OwnerOnly | UnixFileMode.UserExecute);

        var server = await home.StartAsync();

        Assert.StartsWith("/var/tmp/dxy-0-", server.DataFolder, StringComparison.Ordinal);
        Assert.Contains(server.DataFolder, Assert.Single(home.Notices), StringComparison.Ordinal);
        Assert.Contains(
            "starting PostgreSQL",
            await File.ReadAllTextAsync(Path.Combine(home.Path, "log", "postgres.log"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );
        await server.StopAsync(StopMode.Fast, TestContext.Current.CancellationToken);
        Assert.Equal(server.DataFolder, (await home.StartAsync()).DataFolder);

        await server.DeleteAsync(TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(Path.GetDirectoryName(server.DataFolder)));
    }
}
