using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Verbs;

public sealed class HealthTests(TestServer server)
{
    [Fact]
    public async Task History_that_was_imported_makes_nothing_late_and_bars_that_came_live_and_stopped_do()
    {
        await using var dxy = await Dxy.OnAsync(server);
        await dxy.RunAsync("import", dxy.Pairs(60));
        var history = await dxy.RunAsync("health");
        Assert.True(history.Code == 0, history.ToString());
        Assert.Contains("WARN  freshness DXY", history.Out, StringComparison.Ordinal);
        Assert.Contains("history up to 2019-10-07T10:59:00Z", history.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("coverage", history.Out, StringComparison.Ordinal);

        await dxy.Database.RunAsync("""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, ingested_at)
            SELECT 'EURUSD', '1m', t, 1.1, 1.1, 1.1, 1.1, 'ingest', t + interval '61 seconds'
            FROM (SELECT date_trunc('minute', now()) - interval '9 days' AS t) AS s
            """);
        var stopped = await dxy.RunAsync("health");
        Assert.Equal(10, stopped.Code);
        Assert.Contains("FAIL  freshness EURUSD", stopped.Out, StringComparison.Ordinal);
        Assert.Contains("FAIL  coverage EURUSD", stopped.Out, StringComparison.Ordinal);
        Assert.Contains("WARN  freshness GBPUSD", stopped.Out, StringComparison.Ordinal);
    }
}
