using System.Runtime.CompilerServices;
using DxyOrleans.Postgres;
using DxyOrleans.Testing;

namespace DxyOrleans.Schema.Tests.Checking;

public sealed class ExpectedObjectsTests(TestServer server)
{
    [Fact]
    public async Task The_expected_objects_are_what_a_fresh_database_has()
    {
        await using var host = await TestHost.OpenAsync(server);
        var found = await SchemaCheck.FactsAsync(host.Data, "checks/our_objects.sql", TestHost.Token);
        if (Environment.GetEnvironmentVariable("DXY_WRITE_EXPECTED") == "1")
        {
            await File.WriteAllTextAsync(Place("checks/our_objects.txt"), string.Join('\n', found) + "\n", TestHost.Token);
            return;
        }

        var expected = Sql.Text("checks/our_objects.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected, found);
    }

    [Fact]
    public async Task The_newest_version_of_the_schema_bears_the_fingerprint_of_its_scripts()
    {
        var lines = Sql.Text(SchemaVersion.Path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var own = SchemaVersion.Own;
        var line = $"{own.Number} {own.Least} {SchemaScript.FingerprintOfAll}";
        if (Environment.GetEnvironmentVariable("DXY_WRITE_EXPECTED") == "1")
        {
            await File.WriteAllTextAsync(Place(SchemaVersion.Path), string.Join('\n', [.. lines[..^1], line]) + "\n", TestHost.Token);
            return;
        }

        // A version that a host may have got stays as it is: scripts that change after it belong to a new line.
        Assert.Equal(line, lines[^1]);
        Assert.Equal(Enumerable.Range(1, lines.Length), lines.Select(one => SchemaVersion.Parse(one).Number));
    }

    static string Place(string path, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../sql", path));
}
