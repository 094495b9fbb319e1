using DxyOrleans.Migration.Runs;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Runs;

/// <summary>The judge of every disturbed system says nothing of a sound log, and names each harm that is done to one.</summary>
public sealed class LogCheckerTests(TestServer server)
{
    async Task<Shop> LoggedAsync()
    {
        var shop = await Shop.OpenAsync(server);
        await new RunOrders(shop.Data).StartAsync("one", "DXY", "{}", Shop.Token);
        await shop.RunAsync(
            "SELECT dxy.migrate_log('one', 'said', '{\"word\": \"first\"}'), dxy.migrate_log('one', 'said', '{\"word\": \"second\"}')"
        );
        return shop;
    }

    [Fact]
    public async Task A_sound_log_has_no_faults()
    {
        await using var shop = await LoggedAsync();
        Assert.Empty(await new TableChecker(shop.Data).FaultsAsync([], Shop.Token));
    }

    [Theory]
    [InlineData("broken log (1): one", "UPDATE dxy.run_event SET detail = '{\"word\": \"other\"}' WHERE detail ->> 'word' = 'first'")]
    [InlineData("broken log (1): one", "DELETE FROM dxy.run_event WHERE detail ->> 'word' = 'second'")]
    public async Task A_log_that_was_changed_is_named(string named, string harm)
    {
        await using var shop = await LoggedAsync();
        await using (var connection = await shop.Database.Admin.OpenConnectionAsync(Shop.Token))
        {
            await using var command = connection.CreateCommand();
            command.CommandText = $"SET session_replication_role = replica; {harm}; RESET session_replication_role";
            Assert.True(await command.ExecuteNonQueryAsync(Shop.Token) > 0);
        }

        Assert.Contains(await new TableChecker(shop.Data).FaultsAsync([], Shop.Token), fault =>
            fault.ToString().StartsWith(named, StringComparison.Ordinal)
        );
    }
}
