using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Verification;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Verification;

public sealed class VerificationFreshnessTests(TestServer server)
{
    const string Touch = "UPDATE data_bars SET close = close WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-04 08:10Z'";

    const string Later =
        "INSERT INTO {0} (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '1m', '2024-03-08 "
        + "10:00Z', 1, 1, 1, 1, 'synthetic')";

    static async Task<TestHost> WatchedAsync(TestServer server)
    {
        var host = await TwoTables.OpenAsync(server);
        await host.RunAsync("SELECT dxy.touch_on(); INSERT INTO dxy.watched (symbol, run, since) VALUES ('DXY', 'test', dxy.now())");
        return host;
    }

    static Task<bool> FreshAsync(TestHost host, VerificationResult verification) =>
        new TableVerification(host.Data).IsFreshAsync(verification, TestHost.Token);

    [Fact]
    public async Task A_verification_is_fresh_until_its_bars_are_touched()
    {
        await using var host = await WatchedAsync(server);
        var found = await host.VerifyAsync();
        Assert.True(await FreshAsync(host, found));
        await host.RunAsync(Touch);
        Assert.False(await FreshAsync(host, found));
        Assert.True(await FreshAsync(host, await host.VerifyAsync()));
    }

    [Fact]
    public async Task A_touch_after_the_start_makes_it_stale_though_the_comparison_saw_it()
    {
        await using var host = await WatchedAsync(server);
        var verifications = new TableVerification(host.Data);
        var id = await verifications.StartAsync(null, TwoTables.Dxy, VerificationScope.Full, null, TestHost.Token);
        await host.RunAsync(Touch);
        Assert.False(await FreshAsync(host, await verifications.FinishAsync(id)));
    }

    [Fact]
    public async Task What_was_under_way_at_the_start_makes_it_stale_once_it_is_committed()
    {
        await using var host = await WatchedAsync(server);
        await using var connection = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using var open = await connection.BeginTransactionAsync(TestHost.Token);
        await using (var command = new Npgsql.NpgsqlCommand(Touch, connection))
        {
            await command.ExecuteNonQueryAsync(TestHost.Token);
        }

        var found = await host.VerifyAsync();
        Assert.True(await FreshAsync(host, found));
        await open.CommitAsync(TestHost.Token);
        Assert.False(await FreshAsync(host, found));
    }

    [Theory]
    [InlineData("data_bars")]
    [InlineData("derived_data_bars")]
    public async Task A_bar_that_comes_after_the_range_leaves_it_fresh(string table)
    {
        await using var host = await WatchedAsync(server);
        var found = await host.VerifyAsync();
        await host.RunAsync(Later.Replace("{0}", table, StringComparison.Ordinal));
        Assert.True(await FreshAsync(host, found));
    }

    [Fact]
    public async Task A_bar_added_before_the_first_one_makes_it_stale()
    {
        await using var host = await WatchedAsync(server);
        var found = await host.VerifyAsync();
        await host.RunAsync(
            "INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) VALUES ('DXY', '1m', "
                + "'2001-01-02Z', 1, 1, 1, 1, 'synthetic')"
        );
        Assert.False(await FreshAsync(host, found));
    }

    [Fact]
    public async Task Of_what_nobody_watched_nothing_is_fresh()
    {
        await using var host = await TwoTables.OpenAsync(server);
        var found = await host.VerifyAsync();
        Assert.False(await FreshAsync(host, found));
        await host.AtAsync(TestHost.Open + TimeSpan.FromDays(8));
        await host.RunAsync("SELECT dxy.touch_on(); INSERT INTO dxy.watched (symbol, run, since) VALUES ('DXY', 'test', dxy.now())");
        Assert.False(await FreshAsync(host, found));
        Assert.True(await FreshAsync(host, await host.VerifyAsync()));
    }

    [Fact]
    public async Task One_since_the_last_reads_only_what_was_touched_and_says_so()
    {
        await using var host = await WatchedAsync(server);
        var full = await host.VerifyAsync();
        var nothing = await host.VerifyAsync(VerificationScope.SinceLast);
        Assert.Equal((VerificationState.Equal, 0L), (nothing.State, nothing.Compared));
        Assert.Equal(
            $"trusts the change log since verification {full.Id}: 0 days were touched or are new, the others were not read",
            nothing.Note
        );

        await host.RunAsync("UPDATE data_bars SET close = close + 0.001 WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-05 08:10Z'");
        var found = await host.VerifyAsync(VerificationScope.SinceLast);
        Assert.Equal(
            (VerificationState.Different, 144L, "03-05 08:10 Different"),
            (found.State, found.Compared, Assert.Single(found.Found()))
        );
    }

    [Fact]
    public async Task One_since_the_last_finds_what_came_after_the_last_ones_range()
    {
        await using var host = await WatchedAsync(server);
        await host.VerifyAsync();
        await host.RunAsync(Later.Replace("{0}", "derived_data_bars", StringComparison.Ordinal));
        Assert.Equal(["03-08 10:00 Missing"], (await host.VerifyAsync(VerificationScope.SinceLast)).Found());
    }

    [Fact]
    public async Task One_since_the_last_refuses_what_it_cannot_know()
    {
        await using var host = await WatchedAsync(server);
        var first = await host.VerifyAsync(VerificationScope.SinceLast);
        Assert.Equal(
            (VerificationState.NotCompared, "there is no finished verification to build on; verify without --since-last first"),
            (first.State, first.Note)
        );

        await host.RunAsync("DELETE FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-05 08:10Z'");
        await host.VerifyAsync();
        Assert.Contains("was not equal", (await host.VerifyAsync(VerificationScope.SinceLast)).Note, StringComparison.Ordinal);

        await host.RunAsync("DELETE FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '2024-03-05 08:10Z'");
        await host.VerifyAsync(range: new TimeRange(UtcTime.At(2024, 3, 6), UtcTime.At(2024, 3, 7)));
        Assert.Contains(
            "compared [2024-03-06T00:00:00Z, 2024-03-07T00:00:00Z) only",
            (await host.VerifyAsync(VerificationScope.SinceLast)).Note,
            StringComparison.Ordinal
        );

        await host.VerifyAsync();
        await host.RunAsync("UPDATE dxy.watched SET since = since + interval '1 second'");
        Assert.Contains("not watched since before", (await host.VerifyAsync(VerificationScope.SinceLast)).Note, StringComparison.Ordinal);
    }
}
