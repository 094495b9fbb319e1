using DxyOrleans.Testing;

namespace DxyOrleans.Bars.Tests;

/// <summary>On a server of their own: the log is the whole server's.</summary>
public sealed class LogVolumeTests : IClassFixture<TestServer>
{
    readonly TestServer _server;

    public LogVolumeTests(TestServer server) => _server = server;

    [Fact]
    public async Task Storing_again_what_is_there_writes_less_than_a_byte_a_bar()
    {
        await using var shop = await Shop.OpenAsync(_server);
        var bars = Shop.Minutes(0, 1000);
        await shop.StoreAsync(bars);
        await using (var settle = shop.Database.Admin.CreateCommand("VACUUM (FREEZE, ANALYZE)"))
        {
            await settle.ExecuteNonQueryAsync(Shop.Token);
        }

        // The least of five, since autovacuum may write beside us once.
        var least = decimal.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var before = await WrittenAsync(shop);
            Assert.All(await shop.StoreAsync(bars), bar => Assert.Equal(BarOutcome.Equal, bar.Outcome));
            least = Math.Min(least, await WrittenAsync(shop) - before);
        }

        Assert.InRange(least, 0, bars.Length - 1);
    }

    static Task<decimal> WrittenAsync(Shop shop) => shop.ValueAsync<decimal>("SELECT pg_current_wal_insert_lsn() - '0/0'")!;
}
