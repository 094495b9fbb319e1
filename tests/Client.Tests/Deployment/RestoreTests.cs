using System.Diagnostics;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Client.Tests.Deployment;

public sealed class RestoreTests(TestServer server)
{
    [Fact]
    public async Task A_dump_restored_into_a_new_database_is_as_it_should_be_and_equals_its_recomputation()
    {
        var tools = Directory.Exists("/usr/lib/postgresql") ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).FirstOrDefault(bin => File.Exists(Path.Combine(bin, "pg_dump"))) : null;
        Assert.SkipWhen(tools is null, "pg_dump isn't here");
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(30));
        await using var restored = await server.CreateDatabaseAsync();
        var dump = Path.Combine(dxy.Folder, "dump");
        await RunAsync(Path.Combine(tools!, "pg_dump"), dxy.Database.ConnectionString, "-Fc", "-f", dump);
        await RunAsync(Path.Combine(tools!, "pg_restore"), restored.AdminConnectionString, "-d", restored.Name, dump);

        dxy.Variables["DXY_DATABASE"] = restored.ConnectionString;
        var check = await dxy.RunAsync("db", "check");
        Assert.True(check.Code == 0, check.ToString());
        var verified = await dxy.RunAsync(["verify", "DXY", .. Dxy.Range(30)]);
        Assert.True(verified.Code == 0, verified.ToString());
        Assert.Equal(30, await restored.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'"));
    }

    static async Task RunAsync(string program, string connectionString, params string[] arguments)
    {
        var server = new NpgsqlConnectionStringBuilder(connectionString);
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true };
        (start.Environment["PGHOST"], start.Environment["PGPORT"], start.Environment["PGUSER"]) = (server.Host, server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), server.Username);
        (start.Environment["PGPASSWORD"], start.Environment["PGDATABASE"]) = (server.Password, server.Database);
        using var process = Process.Start(start)!;
        var said = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0, said);
    }
}
