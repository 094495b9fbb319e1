using DxyOrleans.Core.Indexes;
using DxyOrleans.Schema;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>The list of deriving versions in the code and the one that SQL asks.</summary>
public sealed class DerivingRuleListTests(TestServer server)
{
    const string Listed = "SELECT format('%s %s', version, carries_closes) FROM dxy.deriving_rule ORDER BY version";

    static IEnumerable<string> Expected => DerivingRules.All.Select(rule => $"{rule.Version} {(rule.CarriesCloses ? "t" : "f")}");

    [Fact]
    public async Task The_table_has_the_versions_of_the_code()
    {
        await using var host = await TestHost.OpenAsync(server);
        Assert.Equal(Expected, await host.TextsAsync(Listed));
    }

    [Theory]
    [InlineData("DELETE FROM dxy.deriving_rule WHERE version = 2", "missing: deriving rule 2 carries_closes=yes")]
    [InlineData("UPDATE dxy.deriving_rule SET carries_closes = true WHERE version = 1", "unexpected: deriving rule 1 carries_closes=yes")]
    public async Task A_table_that_says_otherwise_is_a_difference_and_applying_mends_it(string harm, string difference)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(harm);
        Assert.Contains(difference, await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));

        await new SchemaInstaller(host.Database.ConnectionString, TimeProvider.System).ApplyAsync(TestHost.Token);
        Assert.Equal(Expected, await host.TextsAsync(Listed));
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
    }

    [Fact]
    public async Task A_version_that_a_newer_build_wrote_stands_and_is_no_difference()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("INSERT INTO dxy.deriving_rule VALUES (77, true)");
        Assert.Empty(await SchemaCheck.DifferencesAsync(host.Data, TestHost.Token));
        await new SchemaInstaller(host.Database.ConnectionString, TimeProvider.System).ApplyAsync(TestHost.Token);
        Assert.Equal([.. Expected, "77 t"], await host.TextsAsync(Listed));
    }
}
