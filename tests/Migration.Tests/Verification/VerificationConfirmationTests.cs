using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Verification;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Verification;

/// <summary>A verification that was equal holds as long as what was written since is equal too: nobody has to stop writing for
/// it.</summary>
public sealed class VerificationConfirmationTests(TestServer server)
{
    const string Both = """
        WITH n AS (UPDATE data_bars SET close = close + 0.001 WHERE canonical_symbol = 'DXY'
          AND ts_utc = '2024-03-05 08:10Z' RETURNING close)
        UPDATE derived_data_bars AS d SET close = n.close FROM n WHERE d.canonical_symbol = 'DXY' AND d.ts_utc = '2024-03-05 08:10Z'
        """;

    static async Task<(TestHost TestHost, VerificationResult Equal)> VerifiedAsync(TestServer server)
    {
        var host = await TwoTables.OpenAsync(server);
        await host.RunAsync("SELECT dxy.touch_on(); INSERT INTO dxy.watched (symbol, run, since) VALUES ('DXY', 'test', dxy.now())");
        var found = await host.VerifyAsync();
        Assert.Equal(VerificationState.Equal, found.State);
        return (host, found);
    }

    [Fact]
    public async Task What_was_written_to_both_tables_since_is_compared_again_and_it_holds()
    {
        var (host, equal) = await VerifiedAsync(server);
        await using var close = host;
        Assert.Equal(
            new VerificationConfirmation(true, 0, null),
            await VerificationConfirmation.ReadAsync(host.Data, equal, TestHost.Token)
        );
        await host.RunAsync(Both);
        Assert.Equal(
            new VerificationConfirmation(true, 144, null),
            await VerificationConfirmation.ReadAsync(host.Data, equal, TestHost.Token)
        );
    }

    [Theory]
    [InlineData("UPDATE data_bars SET close = close + 0.001 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-05 08:10Z'")]
    [InlineData("UPDATE derived_data_bars SET close = close + 0.001 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-05 08:10Z'")]
    [InlineData("DELETE FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-05 08:10Z'")]
    public async Task What_was_written_to_one_of_them_alone_is_found_and_named(string write)
    {
        var (host, equal) = await VerifiedAsync(server);
        await using var close = host;
        await host.RunAsync(write);
        var confirmed = await VerificationConfirmation.ReadAsync(host.Data, equal, TestHost.Token);
        Assert.False(confirmed.Holds);
        Assert.Contains(
            "1 of the 144 bars of days that were written to since differ, the first at 2024-03-05T08:10:00Z",
            confirmed.Why,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task It_holds_at_every_instant_beside_a_writer_that_never_pauses()
    {
        var (host, equal) = await VerifiedAsync(server);
        await using var close = host;
        using var ending = new CancellationTokenSource();
        var writing = Task.Run(async () =>
        {
            var written = 0;
            while (!ending.IsCancellationRequested)
            {
                await host.RunAsync(Both);
                written++;
            }

            return written;
        });
        for (var look = 0; look < 20; look++)
        {
            Assert.True((await VerificationConfirmation.ReadAsync(host.Data, equal, TestHost.Token)).Holds);
        }

        await ending.CancelAsync();
        Assert.InRange(await writing, 1, int.MaxValue);
        Assert.False(await new TableVerification(host.Data).IsFreshAsync(equal, TestHost.Token));
    }

    [Fact]
    public async Task Where_nobody_watched_it_does_not_hold()
    {
        await using var host = await TwoTables.OpenAsync(server);
        var confirmed = await VerificationConfirmation.ReadAsync(host.Data, await host.VerifyAsync(), TestHost.Token);
        Assert.Equal(new VerificationConfirmation(false, 0, "the tables were not watched since before it"), confirmed);
    }
}
