using System.Diagnostics;
using System.Globalization;
using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Cluster.Tests.Migrations;

/// <summary>
/// Hours of a market, disturbed at random, while a legacy host is migrated, goes back and is migrated again: <c>DXY_SOAK=24</c> is 24 hours
/// of the market at 60 times its speed, 24 minutes with a fault each ten seconds or so. The seed, the schedule and the verdict are printed;
/// <c>DXY_TEST_SEED</c> repeats the schedule.
/// </summary>
[Collection(DurableServer.Name)]
public sealed class SoakTests(TestServer server, DurableServer durable) : SiloTests(server)
{
    // Room for what 24 hours leave in the tables and for what they churn.
    const int DiskMegabytes = 512;

    // Of the hours: until then a completed run goes back, for another to follow.
    const double RoomForAnother = 0.6;

    // Silos that take bars before a run has mended the tables: the columns and the key that they need are there, the index is known, the
    // rest is as dirty as ever.
    static readonly LegacyOptions Legacy = LegacyOptions.Dirty with
    {
        Minutes = 900,
        Registered = true,
        MissingKey = false,
        MissingColumns = false,
    };

    readonly long _start = Stopwatch.GetTimestamp();

    // Asked for by --soak HOURS: so many hours of its time, 60 times as fast.
    [Fact(Explicit = true)]
    [Trait("Duration", "soak")]
    public async Task Hours_of_a_market_and_its_migrations_disturbed_at_random_leave_sound_tables_and_flat_memory()
    {
        var hours = double.Parse(Environment.GetEnvironmentVariable("DXY_SOAK") ?? "1", CultureInfo.InvariantCulture);
        Tell(string.Create(CultureInfo.InvariantCulture, $"DXY_SOAK={hours} DXY_TEST_SEED={Seed.Tell()}"));
        using var network = CutNetwork.TryMake(out var refused);
        Tell(network is null ? refused : "the third silo is in a network of its own");
        var (onDisk, disk, full) = await SmallDisk.TryOpenAsync(durable.Server, "soak", DiskMegabytes);
        Tell(disk is null ? full : "the database is on a volume of its own");
        var cluster = Own(onDisk ?? await durable.MakeClusterAsync("soak"));
        await using var host = await MigratingHost.OpenAsync(cluster, Legacy, Settings(hours));
        await host.HostDatabase.RunAsync(SoakFaults.Refusal);
        await using var one = new DatabaseWay(cluster.ConnectionString);
        await using var other = new DatabaseWay(cluster.ConnectionString);
        await using var disturbed = await DisturbedCluster.OpenAsync(cluster, Places(cluster, network, one, other), host.PaceAsync);
        await using var memory = new MemoryBook(disturbed);
        await using var migration = await SoakMigration.StartAsync(host, Tell);

        var (start, struck, longest) = (Stopwatch.GetTimestamp(), new Dictionary<string, int>(), TimeSpan.Zero);
        var last = start;
        var schedule = new SoakSchedule(new SoakFaults(disturbed, durable, [one, other], network, disk).All(), Seed.Of("soak"));
        while (true)
        {
            if (migration is { Ended: not null, IsJudged: false })
            {
                await JudgeAsync(disturbed, migration);
                if (migration.Ended == RunState.RolledBack || Passed() < RoomForAnother)
                {
                    await migration.NextAsync();
                }
            }

            if (migration.IsJudged && Passed() >= 1)
            {
                break;
            }

            var (wait, fault, whom) = schedule.Next();
            await Task.Delay(wait, TimeProvider.System, Token);
            await Until.TrueAsync(
                "the silo to be disturbed runs",
                () => Task.FromResult(disturbed.Silos[whom].IsRunning),
                DisturbedCluster.Patience
            );
            longest = longest > Stopwatch.GetElapsedTime(last) ? longest : Stopwatch.GetElapsedTime(last);
            last = Stopwatch.GetTimestamp();
            struck[fault.Name] = struck.GetValueOrDefault(fault.Name) + 1;
            Tell($"{fault.Name}; {migration.At}");
            await fault.Inject(disturbed.Silos[whom]);
            await disturbed.Market.FlowsAsync(DisturbedCluster.Patience);
        }

        foreach (var (name, times) in struck.OrderBy(fault => fault.Key, StringComparer.Ordinal))
        {
            Tell($"{times} times {name}");
        }

        Tell(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{struck.Values.Sum()} faults, {longest.TotalSeconds:0.0} s from one to the next at most; runs: "
                    + $"{string.Join(", ", migration.Ends)}; tried again by order {migration.Retried} times"
            )
        );
        var (lines, flat) = memory.Judge();
        foreach (var line in lines)
        {
            Tell(line);
        }

        var seen = await disturbed.InjectAsync(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{hours} hours of the market with faults at random, migrations going through them"
            ),
            "each as its own row says",
            () => Task.CompletedTask,
            start
        );
        Assert.True(flat, "No process lived long enough to judge its memory by, or it grew.");
        Tell($"verdict: sound; {seen}");

        double Passed() => Stopwatch.GetElapsedTime(start).TotalHours * MigratingHost.Rate / hours;
    }

    // A window of a sixth of the hours: faults go through it, and a second run has room.
    static RunSettings Settings(double hours) =>
        MigratingHost.Brief with
        {
            WindowHours = hours / 6,
            HealthyMinutes = (int)(hours * 2),
            RetentionDays = 30,
        };

    IReadOnlyList<(SiloPlace, string[])> Places(SiloCluster cluster, CutNetwork? network, DatabaseWay one, DatabaseWay other)
    {
        if (network is null)
        {
            return
            [
                (SiloPlace.Here, ["--Database", one.ConnectionString]),
                (SiloPlace.Here, ["--Database", other.ConnectionString]),
                (SiloPlace.Here, []),
            ];
        }

        var beside = new NpgsqlConnectionStringBuilder(cluster.ConnectionString) { Host = durable.SocketFolder }.ConnectionString;
        return
        [
            network.PlaceAt(network.Near, one.ConnectionString),
            network.PlaceAt(network.Near, other.ConnectionString),
            network.PlaceAt(network.Far, beside),
        ];
    }

    async Task JudgeAsync(DisturbedCluster disturbed, SoakMigration migration)
    {
        await disturbed.Market.PauseAsync(DisturbedCluster.Patience);
        await migration.JudgeAsync(disturbed.Market);
        if (migration.Ended == RunState.Completed)
        {
            Assert.Empty((await disturbed.JudgeAsync()).Select(fault => fault.ToString()));
            Tell("the checker finds nothing");
        }

        disturbed.Market.Resume();
    }

    void Tell(string line)
    {
        var real = Stopwatch.GetElapsedTime(_start);
        var text = string.Create(CultureInfo.InvariantCulture, $"    {real.TotalSeconds, 7:0.0} s  {line}");
        Console.Out.WriteLine(text);
        TestContext.Current.TestOutputHelper?.WriteLine(text);
    }
}
