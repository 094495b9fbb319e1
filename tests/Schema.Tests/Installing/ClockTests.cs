using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Postgres;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Schema.Tests.Installing;

public sealed class ClockTests(TestServer server)
{
    [Fact]
    public async Task Market_time_stands_where_it_was_put_and_runs_at_the_rate_it_was_given()
    {
        await using var host = await TestHost.OpenAsync(server);
        Assert.Equal(TestHost.Open + TimeSpan.FromDays(1), (await host.Data.NowAsync(TestHost.Token)).Floor(Core.Time.Timeframe.OneMinute));
        await host.RunAsync("UPDATE dxy.clock SET anchor_real = clock_timestamp() - interval '1 hour', rate = 60");
        var now = await host.Data.NowAsync(TestHost.Token);
        Assert.InRange(now - (TestHost.Open + TimeSpan.FromDays(1)), TimeSpan.FromHours(60), TimeSpan.FromHours(90));
    }

    [Fact]
    public async Task Without_a_clock_row_it_is_the_servers_time()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync("DELETE FROM dxy.clock");
        Assert.True(await host.ValueAsync<bool>("SELECT dxy.now() BETWEEN clock_timestamp() - interval '5 seconds' AND clock_timestamp()"));
    }

    [Fact]
    public async Task On_a_server_that_is_not_ours_market_time_is_refused()
    {
        var folder = TestFolder.Make();
        var other = await EmbeddedServer.StartAsync(
            new EmbeddedServerOptions
            {
                Home = Path.Combine(folder, "home"),
                Durable = false,
                Settings = new Dictionary<string, string> { ["cluster_name"] = "somebody" },
            },
            notice: null,
            TimeProvider.System,
            TestHost.Token
        );
        try
        {
            await new SchemaInstaller(other.ConnectionString, TimeProvider.System).ApplyAsync(TestHost.Token);
            await using var data = NpgsqlDataSource.Create(other.AdminConnectionString);
            await using var set = data.CreateCommand("INSERT INTO dxy.clock (anchor_real, anchor_market, rate) VALUES (now(), now(), 60)");
            var fault = await Assert.ThrowsAsync<PostgresException>(() => set.ExecuteNonQueryAsync(TestHost.Token));
            Assert.Contains("embedded server only; this one is somebody", fault.MessageText, StringComparison.Ordinal);
        }
        finally
        {
            await other.DeleteAsync(CancellationToken.None);
            Directory.Delete(folder, recursive: true);
        }
    }
}
