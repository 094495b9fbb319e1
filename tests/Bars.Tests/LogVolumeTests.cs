using DxyOrleans.Bars.Writing;
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
        await using var host = await TestHost.OpenAsync(_server);
        var bars = TestHost.Minutes(0, 1000);
        await host.StoreAsync(bars);
        await using (var settle = host.Database.Admin.CreateCommand("VACUUM (FREEZE, ANALYZE)"))
        {
            await settle.ExecuteNonQueryAsync(TestHost.Token);
        }

        // The least of five, since autovacuum may write beside us once.
        var least = decimal.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var before = await WrittenAsync(host);
            Assert.All(await host.StoreAsync(bars), bar => Assert.Equal(BarOutcome.Equal, bar.Outcome));
            least = Math.Min(least, await WrittenAsync(host) - before);
        }

        Assert.InRange(least, 0, bars.Length - 1);
    }

    static Task<decimal> WrittenAsync(TestHost host) => host.ValueAsync<decimal>("SELECT pg_current_wal_insert_lsn() - '0/0'")!;
}
