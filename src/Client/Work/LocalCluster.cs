using System.Runtime.InteropServices;
using DxyOrleans.Client.Console;
using DxyOrleans.Storage.Server;

namespace DxyOrleans.Client.Work;

/// <summary>The silos and the server that live in one <c>$DXY_HOME</c>.</summary>
internal sealed class LocalCluster(Session session)
{
    const int SigTerm = 15;
    const int SigKill = 9;

    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    /// <summary>A silo gets this long to hand over its grains and save what is forming.</summary>
    static readonly TimeSpan Grace = TimeSpan.FromSeconds(25);

    /// <summary>The silos that run; records of those that don't are cleared away.</summary>
    public IReadOnlyList<SiloRecord> Running()
    {
        var running = new List<SiloRecord>();
        foreach (var record in SiloRecord.All(session.Home))
        {
            if (record.IsRunning)
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

    /// <summary>Starts silos and returns when all are ready; when one fails, those started here are stopped again.</summary>
    public async Task<IReadOnlyList<SiloRecord>> StartAsync(
        int count, string feed, IReadOnlyDictionary<string, string> extra, CancellationToken cancellation)
    {
        var connection = await session.ConnectionAsync(cancellation);
        if (!session.IsEmbedded)
        {
            await DemandSchemaAsync(cancellation);
        }

        var launcher = new SiloLauncher(session);
        var taken = Running().Select(silo => silo.Number).ToHashSet();
        var started = new List<SiloRecord>();
        try
        {
            foreach (var number in Enumerable.Range(1, int.MaxValue).Where(number => !taken.Contains(number)).Take(count))
            {
                started.Add(launcher.Start(number, connection, feed, extra));
                if (started.Count == 1 && count > 1)
                {
                    // The first brings the schema; the others would only queue for its lock.
                    await launcher.WaitAsync(started[0], cancellation);
                }
            }

            await Task.WhenAll(started.Select(silo => launcher.WaitAsync(silo, cancellation)));
            return started;
        }
        catch
        {
            await StopAsync(started, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Asks the silos to stop, waits, and ends those that don't.</summary>
    public async Task StopAsync(IReadOnlyCollection<SiloRecord> silos, CancellationToken cancellation)
    {
        foreach (var silo in silos.Where(silo => silo.IsRunning))
        {
            Signal(silo, SigTerm);
        }

        var began = session.Time.GetTimestamp();
        var killed = false;
        while (silos.Any(silo => silo.IsRunning))
        {
            if (!killed && session.Time.GetElapsedTime(began) > Grace)
            {
                killed = true;
                foreach (var silo in silos.Where(silo => silo.IsRunning))
                {
                    session.Note($"{silo.Name} did not stop within {Grace.TotalSeconds:0} s; ending it");
                    Signal(silo, SigKill);
                }
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
        if (!Directory.Exists(session.Home) || EmbeddedServer.Find(session.Home, session.Time) is not { } server)
        {
            return false;
        }

        await server.StopAsync(StopMode.Fast, cancellation);
        return true;
    }

    async Task DemandSchemaAsync(CancellationToken cancellation)
    {
        await using var command = (await session.RawDatabaseAsync(cancellation)).CreateCommand("SELECT to_regclass('dxy.due') IS NOT NULL");
        if (!(bool)(await command.ExecuteScalarAsync(cancellation))!)
        {
            throw Fault.Gate("schema-missing", "the database doesn't hold our schema", session.DatabaseName, "run './dxy db apply' first ('--dry-run' shows the SQL)").ToException();
        }
    }

    static void Signal(SiloRecord silo, int signal)
    {
        // Nothing to be done about one that ended in this moment.
        _ = Kill(silo.Pid, signal);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int Kill(int pid, int signal);
}
