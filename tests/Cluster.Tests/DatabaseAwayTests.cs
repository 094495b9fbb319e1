using System.Diagnostics;
using System.Net;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests;

[Collection(DurableServer.Name)]
public sealed class DatabaseAwayTests(TestServer server, DurableServer durable) : SiloTests(server)
{
    static readonly TimeSpan Long = TimeSpan.FromSeconds(40);

    [Fact]
    public async Task A_silo_whose_database_goes_away_stays_up_and_recovers_and_one_that_is_started_meanwhile_waits_for_it()
    {
        var cluster = Own(await durable.MakeClusterAsync("away"));
        var silo = cluster.Start();
        await silo.ReadyAsync();
        var host = cluster.HostDatabase;
        await host.HireIngestAsync();
        await host.InsertAsync(Hour(8));
        await Parity.ReachedAsync(host, Hour(8), 60, 7 * 13, Soon);

        await durable.StopAsync();
        Until.Measured(
            "database stopped: not ready any more after",
            await Until.TrueAsync(
                "it is not ready any more",
                async () => await silo.StatusAsync("/health/ready") == HttpStatusCode.ServiceUnavailable,
                Long
            )
        );
        var waiting = cluster.Start();
        var began = Stopwatch.GetTimestamp();
        await Until.TrueAsync(
            "the new silo has said that it tries, and has tried for some seconds",
            () =>
                Task.FromResult(
                    waiting.Log.Contains("The database is not reachable", StringComparison.Ordinal)
                        && Stopwatch.GetElapsedTime(began) > TimeSpan.FromSeconds(4)
                ),
            Long
        );
        Assert.Equal(2, waiting.Log.Split("The database is not reachable").Length);
        Assert.True(waiting.IsRunning);
        Assert.Null(await waiting.StatusAsync("/health/live"));
        Assert.True(silo.IsRunning);
        Assert.Equal(HttpStatusCode.OK, await silo.StatusAsync("/health/live"));

        await durable.StartAsync();
        host.ForgetConnections();
        await host.InsertAsync(Hour(9));
        Until.Measured(
            "database back, bars written by another program: derived and rolled up after",
            await Parity.ReachedAsync(host, Hour(9), 60, 7 * 13, Long)
        );
        Until.Measured(
            "the silo is ready again after",
            await Until.TrueAsync("it is ready again", async () => await silo.StatusAsync("/health/ready") == HttpStatusCode.OK, Long)
        );
        var start = Stopwatch.GetTimestamp();
        await waiting.ReadyAsync();
        Until.Measured("and the silo that waited for it after another", Stopwatch.GetElapsedTime(start));
        Assert.True(silo.IsRunning);
    }

    [Fact(Explicit = true)]
    public async Task A_silo_that_is_asked_to_stop_while_its_database_is_away_ends_all_the_same()
    {
        var silo = Own(await durable.MakeClusterAsync("away_stop")).Start();
        await silo.ReadyAsync();
        await durable.StopAsync();
        try
        {
            Assert.Equal(3, await silo.StopAsync());
        }
        finally
        {
            await durable.StartAsync();
        }
    }

    static TimeRange Hour(int hour) => new(UtcTime.At(2024, 3, 7, hour), UtcTime.At(2024, 3, 7, hour + 1));
}
