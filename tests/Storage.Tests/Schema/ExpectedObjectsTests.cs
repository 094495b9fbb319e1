using System.Runtime.CompilerServices;
using DxyOrleans.Storage.Schema;
using DxyOrleans.Testing;

namespace DxyOrleans.Storage.Tests.Schema;

public sealed class ExpectedObjectsTests(TestServer server)
{
    [Fact]
    public async Task The_expected_objects_are_what_a_fresh_database_has()
    {
        await using var shop = await Shop.OpenAsync(server);
        var found = await SchemaCheck.FactsAsync(shop.Data, "checks/our_objects.sql", Shop.Token);
        if (Environment.GetEnvironmentVariable("DXY_WRITE_EXPECTED") == "1")
        {
            await File.WriteAllTextAsync(Place(), string.Join('\n', found) + "\n", Shop.Token);
            return;
        }

        var expected = Sql.Text("checks/our_objects.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(expected, found);
    }

    static string Place([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../sql/checks/our_objects.txt"));
}
