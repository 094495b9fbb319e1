namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>A fault of the soak.</summary>
/// <param name="Name">What is done.</param>
/// <param name="Inject">Does it to a silo, or to all, and undoes it where it doesn't end by itself.</param>
/// <param name="Once">Whether it is done once only.</param>
public sealed record SoakFault(string Name, Func<SiloProcess, Task> Inject, bool Once = false);

/// <summary>
/// The faults of a soak over three silos. The first silo is spared what ends a process, after the first round, so that its memory can be
/// followed through the hours; it suffers everything else.
/// </summary>
public sealed class SoakFaults(DisturbedCluster disturbed, DurableServer durable, DatabaseWay[] ways, CutNetwork? network, SmallDisk? disk)
{
    /// <summary>The host's own trigger that refuses half of all statements that write bars, while the table holds a code.</summary>
    public const string Refusal = """
        CREATE TABLE public.refusal (code text NOT NULL);
        CREATE FUNCTION public.refuse() RETURNS trigger LANGUAGE plpgsql AS
        $f$
        DECLARE v_code text := (SELECT r.code FROM public.refusal AS r LIMIT 1);
        BEGIN
          IF v_code IS NOT NULL AND random() < 0.5 THEN RAISE EXCEPTION 'injected' USING ERRCODE = v_code; END IF;
          RETURN NULL;
        END
        $f$;
        CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON public.data_bars FOR EACH STATEMENT EXECUTE FUNCTION public.refuse();
        CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON public.derived_data_bars FOR EACH STATEMENT EXECUTE FUNCTION public.refuse()
        """;

    static CancellationToken Token => TestContext.Current.CancellationToken;

    HostDatabase HostDatabase => disturbed.Cluster.HostDatabase;

    /// <summary>All that can be done here, each with a name of its own.</summary>
    public IReadOnlyList<SoakFault> All()
    {
        var faults = new List<SoakFault>
        {
            new("kill -9 of all silos", _ => Task.WhenAll(Running().Select(silo => silo.KillAsync())), Once: true),
            new("kill -9 of a silo", silo => silo.KillAsync()),
            new("kill -9 of two silos", _ => Task.WhenAll(Running().Skip(1).Select(silo => silo.KillAsync()))),
            new("SIGTERM of a silo", silo => silo.StopAsync()),
            new("SIGSTOP of a silo, 12 s", silo => FreezeAsync(silo, 12)),
            new("SIGSTOP of the spared silo, 2 s", _ => FreezeAsync(disturbed.Silos[0], 2)),
            new("kill -9 of the database server", _ => RestartServerAsync()),
            new("every connection ended, 5 times in 2.5 s", _ => EndAgainAndAgainAsync()),
            new("another program locks both tables of bars, 3 s", _ =>
                Persistently.DoAsync(() =>
                    HostDatabase.RunAsync(
                        "BEGIN; LOCK TABLE data_bars, derived_data_bars IN SHARE ROW EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT"
                    )
                )
            ),
            new("deadlocks in half of all statements that write bars, 4 s", _ => RefuseAsync("40P01")),
            new("serialization failures in half of all statements that write bars, 4 s", _ => RefuseAsync("40001")),
            new("statement_timeout of 2 ms, 4 s", _ => DuringAsync("SET statement_timeout = '2ms'", "RESET statement_timeout")),
            new("no more than three connections, 4 s", _ => DuringAsync("CONNECTION LIMIT 3", "CONNECTION LIMIT -1")),
            new("the way from the spared silo to the database cut, 6 s", _ => CutAsync(ways[0], 6)),
            new("the way from another silo to the database cut, 12 s", _ => CutAsync(ways[1], 12)),
            new("100 ms more for each packet between two silos and the database, 6 s", _ => SlowDownAsync()),
        };
        if (network is not null)
        {
            faults.Add(new SoakFault("the network between one silo and the others cut, 15 s", _ => CutNetworkAsync(network)));
        }

        if (disk is not null)
        {
            faults.Add(new SoakFault("the database's volume full, 5 s", _ => FillAsync(disk)));
        }

        return faults;
    }

    IEnumerable<SiloProcess> Running() => disturbed.Silos.Where(silo => silo.IsRunning);

    static async Task FreezeAsync(SiloProcess silo, double seconds)
    {
        await silo.FreezeAsync();
        await WaitAsync(seconds);
        await silo.WakeAsync();
    }

    async Task RestartServerAsync()
    {
        await durable.KillAsync();
        await durable.StartAsync();
        HostDatabase.ForgetConnections();
    }

    async Task EndAgainAndAgainAsync()
    {
        for (var times = 0; times < 5; times++)
        {
            await EndConnectionsAsync();
            await WaitAsync(0.5);
        }
    }

    async Task RefuseAsync(string code)
    {
        await Persistently.DoAsync(() => HostDatabase.RunAsync($"INSERT INTO public.refusal VALUES ('{code}')"));
        await WaitAsync(4);
        await Persistently.DoAsync(() => HostDatabase.RunAsync("DELETE FROM public.refusal"));
    }

    async Task DuringAsync(string begin, string end)
    {
        await AlterAsync(begin);
        await EndConnectionsAsync();
        await WaitAsync(4);
        await AlterAsync(end);
        await EndConnectionsAsync();
    }

    async Task SlowDownAsync()
    {
        Array.ForEach(ways, way => way.SlowDown(TimeSpan.FromMilliseconds(100)));
        await WaitAsync(6);
        Array.ForEach(ways, way => way.SlowDown(TimeSpan.Zero));
    }

    static async Task CutAsync(DatabaseWay way, double seconds)
    {
        way.Cut();
        await WaitAsync(seconds);
        way.Mend();
    }

    static async Task CutNetworkAsync(CutNetwork network)
    {
        network.Cut();
        await WaitAsync(15);
        network.Mend();
    }

    static async Task FillAsync(SmallDisk disk)
    {
        disk.Fill();
        await WaitAsync(5);
        disk.MakeRoom();
    }

    Task AlterAsync(string change) =>
        Persistently.DoAsync(() =>
            HostDatabase.RunAsync(
                $"DO $$ BEGIN EXECUTE format('ALTER DATABASE %I {change.Replace("'", "''", StringComparison.Ordinal)}', "
                    + $"current_database()); END $$"
            )
        );

    Task EndConnectionsAsync() =>
        Persistently.DoAsync(() =>
            HostDatabase.RunAsync(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE "
                    + "'dxy-%'"
            )
        );

    static Task WaitAsync(double seconds) => Task.Delay(TimeSpan.FromSeconds(seconds), TimeProvider.System, Token);
}
