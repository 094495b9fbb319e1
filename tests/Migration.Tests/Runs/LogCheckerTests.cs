using DxyOrleans.Migration.Runs;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Runs;

/// <summary>The judge of every disturbed system says nothing of a sound log, and names each harm that is done to one.</summary>
public sealed class LogCheckerTests(TestServer server)
{
    async Task<TestHost> LoggedAsync()
    {
        var host = await TestHost.OpenAsync(server);
        await new RunOrders(host.Data).StartAsync("one", "DXY", "{}", TestHost.Token);
        await host.RunAsync(
            "SELECT dxy.migrate_log('one', 'said', '{\"word\": \"first\"}'), dxy.migrate_log('one', 'said', '{\"word\": \"second\"}')"
        );
        return host;
    }

    [Fact]
    public async Task A_sound_log_has_no_faults()
    {
        await using var host = await LoggedAsync();
        Assert.Empty(await new TableChecker(host.Data).FaultsAsync([], TestHost.Token));
    }

    [Theory]
    [InlineData("broken log (1): one", "UPDATE dxy.run_event SET detail = '{\"word\": \"other\"}' WHERE detail ->> 'word' = 'first'")]
    [InlineData("broken log (1): one", "DELETE FROM dxy.run_event WHERE detail ->> 'word' = 'second'")]
    public async Task A_log_that_was_changed_is_named(string named, string harm)
    {
        await using var host = await LoggedAsync();
        await using (var connection = await host.Database.Admin.OpenConnectionAsync(TestHost.Token))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SET session_replication_role = replica; {harm}; RESET session_replication_role";
            Assert.True(await command.ExecuteNonQueryAsync(TestHost.Token) > 0);
        }

        Assert.Contains(await new TableChecker(host.Data).FaultsAsync([], TestHost.Token), fault =>
            fault.ToString().StartsWith(named, StringComparison.Ordinal)
        );
    }
}
