using System.Diagnostics;
using System.Globalization;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests;

/// <summary>
/// Hours of a market, disturbed at random: <c>DXY_SOAK=24</c> is 24 hours of the market, 240 times as fast. The seed, the schedule and the verdict are printed;
/// <c>DXY_TEST_SEED</c> repeats the schedule.
/// </summary>
[Collection(DurableServer.Name)]
public sealed class SoakTests(TestServer server, DurableServer durable) : SiloTests(server)
{
    const double Rate = 240;

    /// <summary>Whether it was asked for.</summary>
    public static bool IsWanted => Environment.GetEnvironmentVariable("DXY_SOAK") is { Length: > 0 };

    [Fact(Skip = "DXY_SOAK=hours disturbs a market at random for so many hours of its time, 240 times as fast", SkipUnless = nameof(IsWanted))]
    public async Task Hours_of_a_market_disturbed_at_random_leave_sound_tables()
    {
        var hours = double.Parse(Environment.GetEnvironmentVariable("DXY_SOAK")!, CultureInfo.InvariantCulture);
        var seed = Environment.GetEnvironmentVariable("DXY_TEST_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        var random = new Random(seed);
        Tell(string.Create(CultureInfo.InvariantCulture, $"DXY_SOAK={hours} DXY_TEST_SEED={seed}"));

        await using var disturbed = await DisturbedCluster.OpenAsync(Own(await durable.MakeClusterAsync("soak")));
        (string Name, Func<SiloProcess, Task> Strike)[] faults =
        [
            ("kill -9 of a silo", silo => silo.KillAsync()),
            ("SIGTERM of a silo", silo => silo.StopAsync()),
            ("SIGSTOP of a silo, 12 s", FreezeAsync),
            ("kill -9 of all silos", _ => Task.WhenAll(disturbed.Silos.Where(silo => silo.IsRunning).Select(silo => silo.KillAsync()))),
            ("kill -9 of the database server", _ => RestartServerAsync(disturbed)),
            ("every connection ended", _ => disturbed.Cluster.Shop.RunAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'dxy-%'")),
            ("another program locks data_bars, 3 s", _ => disturbed.Cluster.Shop.RunAsync("BEGIN; LOCK TABLE data_bars IN SHARE ROW EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT")),
        ];

        var start = Stopwatch.GetTimestamp();
        var until = TimeSpan.FromHours(hours) / Rate;
        while (Stopwatch.GetElapsedTime(start) < until)
        {
            // Both are drawn before anything is looked at, so that a seed gives the same schedule whatever a machine makes of it.
            var (wait, fault, whom) = (TimeSpan.FromSeconds(1 + (random.NextDouble() * 8)), faults[random.Next(faults.Length)], random.Next(2));
            await Task.Delay(wait, TimeProvider.System, Token);
            await Until.TrueAsync("the silo to be disturbed runs", () => Task.FromResult(disturbed.Silos.OrderBy(silo => silo.Ports.Silo).ElementAt(whom).IsRunning), DisturbedCluster.Patience);
            Tell(string.Create(CultureInfo.InvariantCulture, $"{Stopwatch.GetElapsedTime(start).TotalSeconds,7:0.0} s  {fault.Name}"));
            await fault.Strike(disturbed.Silos.OrderBy(silo => silo.Ports.Silo).ElementAt(whom));
            await disturbed.Market.FlowsAsync(DisturbedCluster.Patience);
        }

        var seen = await disturbed.SufferAsync("soak: faults at random", "each as its own row says", () => Task.CompletedTask, start);
        foreach (var silo in disturbed.Silos.Where(silo => silo.IsRunning))
        {
            using var process = Process.GetProcessById(silo.Pid);
            Tell(string.Create(CultureInfo.InvariantCulture, $"the silo at {silo.Ports.Silo} has {process.WorkingSet64 / 1048576} MiB"));
        }

        Tell($"verdict: sound; {seen}");
    }

    static async Task FreezeAsync(SiloProcess silo)
    {
        await silo.FreezeAsync();
        await Task.Delay(TimeSpan.FromSeconds(12), TimeProvider.System, Token);
        await silo.WakeAsync();
    }

    async Task RestartServerAsync(DisturbedCluster disturbed)
    {
        await durable.KillAsync();
        await durable.StartAsync();
        disturbed.Cluster.Shop.ForgetConnections();
    }

    static void Tell(string line)
    {
        Console.Out.WriteLine("    " + line);
        TestContext.Current.TestOutputHelper?.WriteLine("    " + line);
    }
}
