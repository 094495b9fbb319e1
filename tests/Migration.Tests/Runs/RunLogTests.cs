using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Runs;

public sealed class RunLogTests(TestServer server)
{
    const string Sound = """
        SELECT bool_and(e.hash = dxy.event_hash(e.before, e.event)) AND count(*) = max(e.seq) AND max(e.seq) = max(r.log_seq)
          AND bool_or(e.hash = r.log_hash AND e.seq = r.log_seq)
        FROM (SELECT v.run, v.seq, v.hash, lag(v.hash) OVER (ORDER BY v.seq) AS before, v AS event FROM dxy.run_event AS v) AS e
          JOIN dxy.run AS r ON r.name = e.run
        """;

    [Fact]
    public async Task What_an_event_is_written_by_in_one_statement_with_the_runs_change_stands_in_the_chain()
    {
        await using var host = await TestHost.OpenAsync(server);
        await new RunOrders(host.Data).StartAsync("one", "DXY", "{}", TestHost.Token);
        var ledger = new RunLedger(host.Data);
        await ledger.FailAsync((await ledger.FindAsync("one", TestHost.Token))!, "disk full", true, null, TestHost.Token);
        Assert.Equal(["started", "failed"], await host.TextsAsync("SELECT kind FROM dxy.run_event ORDER BY seq"));
        Assert.Equal("failed", await host.ValueAsync<string>("SELECT state FROM dxy.run"));
        Assert.True(await host.ValueAsync<bool>(Sound));
    }

    [Fact]
    public async Task Appenders_that_come_at_once_stand_one_after_the_other()
    {
        await using var host = await TestHost.OpenAsync(server);
        await new RunOrders(host.Data).StartAsync("one", "DXY", "{}", TestHost.Token);
        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i =>
                    Task.Run(async () =>
                    {
                        for (var n = 0; n < 20; n++)
                        {
                            await host.RunAsync($"SELECT dxy.migrate_log('one', 'said', '{{\"by\": {i}}}')");
                        }
                    })
                )
        );
        Assert.Equal(161, await host.CountAsync("dxy.run_event"));
        Assert.True(await host.ValueAsync<bool>(Sound));
    }
}
