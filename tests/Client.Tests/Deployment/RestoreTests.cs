using System.Diagnostics;
using System.Globalization;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Client.Tests.Deployment;

/// <summary>A backup is good when its owner, who is no superuser, gets a working database back by what docs/operations.md says.</summary>
public sealed class RestoreTests(TestServer server)
{
    static readonly string? Tools = Directory.Exists("/usr/lib/postgresql")
        ? Directory
            .EnumerateDirectories("/usr/lib/postgresql")
            .Select(version => Path.Combine(version, "bin"))
            .Where(bin => File.Exists(Path.Combine(bin, "pg_dump")))
            .OrderByDescending(bin => int.TryParse(Path.GetFileName(Path.GetDirectoryName(bin)), out var version) ? version : 0)
            .FirstOrDefault()
        : null;

    [Theory]
    [InlineData("-Fc", "pg_restore --exit-on-error --no-owner")]
    [InlineData("-Fc", "pg_restore --exit-on-error --no-owner --no-privileges")]
    [InlineData("-Fc", "pg_restore --exit-on-error --no-owner --role=OWNER")]
    [InlineData("-Fd -j 4", "pg_restore --exit-on-error --no-owner -j 4")]
    [InlineData("-Fp --no-owner", "psql -X -q -v ON_ERROR_STOP=1 -f")]
    [InlineData("-Fc", "pg_restore")]
    public async Task A_dump_restored_by_its_owner_is_as_it_should_be_once_applied_and_works(string dump, string restore)
    {
        await WithToolsAsync();
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(30));
        await using var restored = await server.CreateDatabaseAsync();
        var file = Path.Combine(dxy.Folder, "dump");
        await RunAsync("pg_dump", dxy.Database.ConnectionString, 0, [.. dump.Split(' '), "-f", file]);

        // Without --no-owner the functions of the triggers can't be handed over; the rest is restored all the same.
        var owner = new NpgsqlConnectionStringBuilder(restored.ConnectionString).Username!;
        var (program, arguments) = (restore.Split(' ')[0], restore.Replace("OWNER", owner, StringComparison.Ordinal).Split(' ').Skip(1));
        await RunAsync(
            program,
            restored.ConnectionString,
            restore == "pg_restore" ? 1 : 0,
            program == "psql" ? [.. arguments, file] : [.. arguments, "-d", restored.Name, file]
        );
        await WorksAsync(dxy, restored);
    }

    [Fact]
    public async Task A_server_that_never_had_our_roles_gets_them_from_an_empty_database()
    {
        await WithToolsAsync();
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(30));
        var file = Path.Combine(dxy.Folder, "dump");
        await RunAsync("pg_dump", dxy.Database.ConnectionString, 0, "-Fc", "-f", file);

        await using var other = new TestServer();
        await other.InitializeAsync();
        await using (var empty = await other.CreateDatabaseAsync())
        {
            dxy.Variables["DXY_DATABASE"] = empty.ConnectionString;
            Assert.Equal(0, (await dxy.RunAsync("db", "apply")).Code);
        }

        await using var restored = await other.CreateDatabaseAsync();
        await RunAsync("pg_restore", restored.ConnectionString, 0, "--exit-on-error", "--no-owner", "-d", restored.Name, file);
        await WorksAsync(dxy, restored);
    }

    static async Task WorksAsync(Dxy dxy, TestDatabase restored)
    {
        dxy.Variables["DXY_DATABASE"] = restored.ConnectionString;
        Assert.Equal(0, (await dxy.RunAsync("db", "apply")).Code);
        var check = await dxy.RunAsync("db", "check");
        Assert.True(check.Code == 0, check.ToString());
        Assert.Contains("up to date", (await dxy.RunAsync("db", "apply")).Out, StringComparison.Ordinal);

        // Other programs' writes are captured with no more rights than before, and derived.
        Assert.Equal(
            "dxy_capture",
            await restored.ValueAsync<string>("SELECT pg_get_userbyid(proowner) FROM pg_proc WHERE proname = 'capture_update'")
        );
        await restored.RunAsync(
            "UPDATE data_bars SET close = close * 1.0001, high = high * 1.0001 WHERE canonical_symbol = 'EURUSD' AND timeframe = '1m'"
        );
        Assert.Equal(1, await restored.ValueAsync<long>("SELECT count(*) FROM dxy.change"));
        Assert.Equal(0, (await dxy.RunAsync(["derive", "DXY", .. Dxy.Range(30)])).Code);
        var verified = await dxy.RunAsync(["verify", "DXY", .. Dxy.Range(30)]);
        Assert.True(verified.Code == 0, verified.ToString());
        Assert.Equal(
            30,
            await restored.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'")
        );

        var removed = await dxy.RunAsync("db", "remove", "--yes");
        Assert.True(removed.Code == 0, removed.ToString());
        Assert.Equal(0, await restored.ValueAsync<long>("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'dxy%'"));
        Assert.Equal(30 * 7, await restored.ValueAsync<long>("SELECT count(*) FROM data_bars"));
    }

    // The programs can't dump a server that is newer than they are.
    async Task WithToolsAsync()
    {
        Assert.SkipWhen(Tools is null, "pg_dump isn't here");
        await using var database = await server.CreateDatabaseAsync();
        var version = await database.ValueAsync<string>("SELECT (current_setting('server_version_num')::integer / 10000)::text");
        var own = int.TryParse(Path.GetFileName(Path.GetDirectoryName(Tools)), out var number) ? number : 0;
        Assert.SkipWhen(own < int.Parse(version!, CultureInfo.InvariantCulture), $"pg_dump here is {own}, the server {version}");
    }

    static async Task RunAsync(string program, string connectionString, int code, params string[] arguments)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(Path.Combine(Tools!, program), arguments) { RedirectStandardError = true };
        (start.Environment["PGHOST"], start.Environment["PGPORT"], start.Environment["PGUSER"]) = (
            server.Host,
            server.Port.ToString(CultureInfo.InvariantCulture),
            server.Username
        );
        (start.Environment["PGPASSWORD"], start.Environment["PGDATABASE"]) = (server.Password, server.Database);
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == code, $"{process.ExitCode}: {said}");
    }
}
