using System.Runtime.InteropServices;
using DxyOrleans.Client.Cli;
using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Postgres;
using DxyOrleans.Schema.Binding;

namespace DxyOrleans.Client.LocalCluster;

/// <summary>The silos and the server that live in one <c>$DXY_HOME</c>.</summary>
internal sealed class LocalSilos(Session session)
{
    const int SigTerm = 15;
    const int SigKill = 9;

    /// <summary>How often a silo is started anew that lost its port to another program between the look and the start.</summary>
    const int Attempts = 5;

    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>A silo gets this long to hand over its grains and save what is forming.</summary>
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);

    /// <summary>Without a database nothing can be handed over or saved.</summary>
    static readonly TimeSpan GraceWithoutDatabase = TimeSpan.FromSeconds(1);

    /// <summary>What was ended by force is gone within this, unless the system holds it.</summary>
    static readonly TimeSpan Force = TimeSpan.FromSeconds(5);

    /// <summary>The silos whose processes are there; records of those that aren't are cleared away.</summary>
    public IReadOnlyList<SiloRecord> Running()
    {
        var running = new List<SiloRecord>();
        foreach (var record in SiloRecord.All(session.Home))
        {
            if (record.IsThere)
            {
                running.Add(record);
            }
            else
            {
                record.Delete(session.Home);
            }
        }

        return running;
    }

    /// <summary>Brings the number of silos up to what is wanted and returns when all are at work; when one isn't, those started here are
    /// stopped again.</summary>
    /// <returns>Those that were started here.</returns>
    /// <exception cref="FaultException">One can't start or doesn't work; the message says why.</exception>
    public async Task<IReadOnlyList<SiloRecord>> StartAsync(
        int wanted,
        string feed,
        IReadOnlyDictionary<string, string> extra,
        CancellationToken cancellation
    )
    {
        var connection = await session.ConnectionAsync(cancellation);
        if (!session.IsEmbedded)
        {
            await PoolerFitness.RequireAsync(await session.DatabaseSettingsAsync(cancellation), cancellation);
        }

        var judgement = await HostJudge.JudgeAsync(await session.RawDatabaseAsync(cancellation), session.HostZone, cancellation);
        if (judgement.Refusal is { } refusal)
        {
            throw Fault.Gate("schema", refusal, session.DatabaseName).ToException();
        }

        if (!session.IsEmbedded)
        {
            await RequireSchemaAsync(cancellation);
        }

        var before = Running();
        await RequireWorkAsync(before, cancellation);
        var launcher = new SiloLauncher(session);
        var started = new List<SiloRecord>();
        try
        {
            // The first brings the schema; the others would only queue for its lock.
            if (before.Count == 0 && await NextAsync(1) is { } first)
            {
                started.Add(first);
                await SettledAsync(first);
            }

            var settled = started.Count;
            while (await NextAsync(wanted) is { } next)
            {
                started.Add(next);
            }

            await Task.WhenAll(started.Skip(settled).ToList().Select(SettledAsync));
            await RequireWorkAsync([.. Running().Where(silo => !started.Contains(silo))], cancellation);
            return started;
        }
        catch
        {
            await StopAsync(started, CancellationToken.None);
            throw;
        }

        // One call at a time looks which numbers and ports are free and takes them.
        async Task<SiloRecord?> NextAsync(int most)
        {
            Directory.CreateDirectory(SiloRecord.RunFolder(session.Home));
            using var alone = await HomeLock.TakeAsync(session.Home, "silos", session.Time, cancellation);
            var taken = Running().Select(silo => silo.Number).ToHashSet();
            return taken.Count >= most
                ? null
                : launcher.Start(Enumerable.Range(1, int.MaxValue).First(number => !taken.Contains(number)), connection, feed, extra);
        }

        async Task SettledAsync(SiloRecord silo)
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await launcher.WaitAsync(silo, cancellation);
                    return;
                }
                catch (FaultException fault) when (attempt < Attempts && launcher.LostItsPort(silo, fault))
                {
                    using var alone = await HomeLock.TakeAsync(session.Home, "silos", session.Time, cancellation);
                    var again = launcher.Start(silo.Number, connection, feed, extra);
                    started[started.IndexOf(silo)] = again;
                    silo = again;
                }
            }
        }
    }

    /// <summary>How the silos on record are, those that have ended included.</summary>
    /// <param name="patience">How long each may take to answer.</param>
    /// <param name="cancellation">Ends the asking.</param>
    public async Task<IReadOnlyList<SiloCondition>> ConditionsAsync(TimeSpan patience, CancellationToken cancellation)
    {
        using var probe = new SiloProbe(patience);
        return await probe.AskAsync(SiloRecord.All(session.Home), cancellation);
    }

    /// <summary>Asks the silos to stop, waits, and ends those that don't.</summary>
    /// <exception cref="FaultException">One can't be ended.</exception>
    public async Task StopAsync(IReadOnlyCollection<SiloRecord> silos, CancellationToken cancellation)
    {
        if (silos.Count == 0)
        {
            return;
        }

        foreach (var silo in silos)
        {
            Signal(silo, SigTerm);
            // One that was stopped by a signal hears of no other before it goes on.
            Signal(silo, SigCont);
        }

        // Asked for beside the waiting; the silos of a home have one database.
        var reachable = DatabaseDoor.IsOpenAsync(silos.First().Database, cancellation);
        var began = session.Time.GetTimestamp();
        var killed = false;
        while (silos.Any(silo => silo.IsThere))
        {
            var waited = session.Time.GetElapsedTime(began);
            var without = reachable.IsCompletedSuccessfully && !reachable.Result;
            var grace = without ? GraceWithoutDatabase : Grace;
            if (!killed && waited > grace)
            {
                killed = true;
                began = session.Time.GetTimestamp();
                foreach (var silo in silos.Where(silo => silo.IsThere))
                {
                    session.Note(
                        without
                            ? $"{silo.Name} can't say good-bye, its database is away; ending it"
                            : $"{silo.Name} did not stop within {Grace.TotalSeconds:0} s; ending it"
                    );
                    Signal(silo, SigKill);
                }
            }
            else if (killed && waited > Force)
            {
                var left = silos.First(silo => silo.IsThere);
                throw new Fault(
                    ExitCode.NotReachable,
                    "silo-stays",
                    $"{left.Name} (process {left.Pid}) can't be ended",
                    null,
                    "is it another user's? 'ps' tells"
                ).ToException();
            }

            await Task.Delay(Poll, session.Time, cancellation);
        }

        foreach (var silo in silos)
        {
            silo.Delete(session.Home);
        }
    }

    /// <summary>Stops the embedded server; false when none ran.</summary>
    public async Task<bool> StopServerAsync(CancellationToken cancellation)
    {
        if (!Directory.Exists(session.Home) || EmbeddedServer.Find(session.Home, session.Time, inAnyState: true) is not { } server)
        {
            return false;
        }

        await server.StopAsync(StopMode.Fast, cancellation);
        return true;
    }

    // A silo that was there before is at work, or just starting for another call; or it is said what ails it.
    async Task RequireWorkAsync(IReadOnlyList<SiloRecord> silos, CancellationToken cancellation)
    {
        using var probe = new SiloProbe(Force);
        foreach (var found in await probe.AskAsync(silos, cancellation))
        {
            if (found.State is SiloState.Ready or SiloState.Gone)
            {
                continue;
            }

            if (found.State == SiloState.Stopped || (found.State == SiloState.Silent && !SiloLauncher.IsStarting(found.Silo, session)))
            {
                throw new Fault(
                    ExitCode.NotReachable,
                    found.State == SiloState.Stopped ? "silo-stopped" : "silo-silent",
                    found.Ailment!,
                    found.Silo.LogFile(session.Home),
                    "'./dxy down' ends it"
                ).ToException();
            }

            await new SiloLauncher(session).WaitAsync(found.Silo, cancellation);
        }
    }

    async Task RequireSchemaAsync(CancellationToken cancellation)
    {
        await using var command = (await session.RawDatabaseAsync(cancellation)).CreateCommand("SELECT to_regclass('dxy.due') IS NOT NULL");
        if (!(bool)(await command.ExecuteScalarAsync(cancellation))!)
        {
            throw Fault
                .Gate(
                    "schema-missing",
                    "the database doesn't hold our schema",
                    session.DatabaseName,
                    "run './dxy db apply' first ('--dry-run' shows the SQL)"
                )
                .ToException();
        }
    }

    // Never by the number alone: it may be another program's by now. Nothing is to be done about one that ended in this moment.
    static void Signal(SiloRecord silo, int signal)
    {
        if (silo.IsThere)
        {
            _ = Kill(silo.Pid, signal);
        }
    }

    // Its number is the system's own.
    static int SigCont => OperatingSystem.IsMacOS() || OperatingSystem.IsFreeBSD() ? 19 : 18;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Kill(int pid, int signal);
}
