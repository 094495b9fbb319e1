using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Cli.Settings;
using DxyOrleans.EmbeddedPostgres;

namespace DxyOrleans.Client.LocalCluster;

/// <summary>Starts silos as processes of their own, apart from this one and its terminal.</summary>
internal sealed class SiloLauncher(Session session)
{
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>A silo that answers has this long to find its tables in order.</summary>
    static readonly TimeSpan Hearing = TimeSpan.FromSeconds(4);

    // setsid keeps a silo out of this terminal's signals; where there is none (macOS) nohup does nearly as much.
    // Files that this process inherited (a caller's lock, say) are closed: a silo that outlives the call must not hold them.
    const string Detached =
        "log=$1; shift; for fd in 3 4 5 6 7 8 9; do eval \"exec $fd>&-\"; done; if command -v setsid >/dev/null; then exec setsid "
        + "\"$@\" >>\"$log\" 2>&1 </dev/null; else exec nohup \"$@\" >>\"$log\" 2>&1 </dev/null; fi";

    const string Died = "silo-died";

    /// <summary>Starts one silo; it isn't ready yet.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="connection">The database; it goes by the environment, where other users can't read it.</param>
    /// <param name="feed">The feed.</param>
    /// <param name="extra">Settings for this silo beside the session's.</param>
    public SiloRecord Start(int number, string connection, string feed, IReadOnlyDictionary<string, string> extra)
    {
        var home = session.Home;
        var shadow = feed == SiloRecord.Shadow;
        var (silo, gateway, http) = (Port("SiloPort", number), Port("GatewayPort", number), Port("HttpPort", number));
        var record = new SiloRecord(number, new ProcessIdentity(0, 0, ""), silo, gateway, HttpAddress(), http, feed, session.DatabaseName);
        Directory.CreateDirectory(Path.Combine(home, "log"));
        Directory.CreateDirectory(SiloRecord.RunFolder(home));
        File.Delete(record.LogFile(home));
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = SiloRecord.RunFolder(home) };
        foreach (
            var argument in (string[])
                [
                    "-c",
                    Detached,
                    "sh",
                    record.LogFile(home),
                    Dotnet(),
                    "exec",
                    Program(),
                    "--SiloPort",
                    Text(silo),
                    "--GatewayPort",
                    Text(gateway),
                    "--HttpPort",
                    Text(http),
                    "--Feed",
                    shadow ? "none" : feed,
                    "--Shadow",
                    shadow ? "true" : "false",
                ]
        )
        {
            start.ArgumentList.Add(argument);
        }

        Environ(start, connection, extra);
        using var process = Process.Start(start)
            ?? throw new Fault(ExitCode.Unexpected, "silo-start", "the silo's process could not be started").ToException();
        record = record with { Process = ProcessIdentity.Of(process.Id) ?? record.Process with { Pid = process.Id } };
        record.Save(home);
        return record;
    }

    /// <summary>Returns when the silo answers that it is ready.</summary>
    /// <exception cref="FaultException">It died, was stopped, can't work or took too long; its last words come with it.</exception>
    public async Task WaitAsync(SiloRecord record, CancellationToken cancellation)
    {
        using var probe = new SiloProbe(TimeSpan.FromSeconds(5));
        var log = new SiloLog(record.LogFile(session.Home));
        var began = session.Time.GetTimestamp();
        long? refusing = null;
        string? told = null;
        while (true)
        {
            var found = await probe.AskAsync(record, cancellation);
            switch (found.State)
            {
                case SiloState.Ready:
                    return;
                case SiloState.Gone:
                    throw new Fault(
                        ExitCode.NotReachable,
                        Died,
                        $"{record.Name} ended while starting: {log.LastWords()}",
                        log.Path,
                        "mend what it names and start again"
                    ).ToException();
                case SiloState.Stopped:
                    throw new Fault(ExitCode.NotReachable, "silo-stopped", found.Ailment!, null, "or './dxy down' ends it").ToException();
            }

            refusing = found.Said is not null ? refusing ?? session.Time.GetTimestamp() : null;
            if (refusing is { } since && session.Time.GetElapsedTime(since) > Hearing)
            {
                throw new Fault(
                    ExitCode.NotReachable,
                    "silo-not-ready",
                    found.Ailment!,
                    log.Path,
                    "mend what it names and start again"
                ).ToException();
            }

            var waited = session.Time.GetElapsedTime(began);
            if (waited > Patience)
            {
                throw new Fault(
                    ExitCode.NotReachable,
                    "silo-slow",
                    $"{record.Name} is not ready after {Patience.TotalSeconds:0} s: {log.LastWords()}",
                    log.Path,
                    "look at its log; './dxy down' stops it"
                ).ToException();
            }

            // What holds it up is said while there is something to be done about it.
            if (waited > Hearing && !session.Json && log.LastTrouble() is { } trouble && trouble != told)
            {
                session.Note($"{record.Name} is not ready yet: {trouble}");
                told = trouble;
            }

            await Task.Delay(Poll, session.Time, cancellation);
        }
    }

    /// <summary>Whether a silo that doesn't answer may still be starting, for another call: it wrote no line that it listens, and is
    /// young.</summary>
    public static bool IsStarting(SiloRecord record, Session session) =>
        File.Exists(record.LogFile(session.Home))
        && session.Time.GetUtcNow() - File.GetCreationTimeUtc(record.LogFile(session.Home)) < Patience
        && !new SiloLog(record.LogFile(session.Home)).SaysItListens;

    /// <summary>Whether it ended because another program took one of its ports after they were looked at, and others may be
    /// chosen.</summary>
    public bool LostItsPort(SiloRecord record, FaultException fault) =>
        fault.Fault.Code == Died
        && new SiloLog(record.LogFile(session.Home)).SaysPortIsTaken
        && ((string[])["SiloPort", "GatewayPort", "HttpPort"]).All(key => session.Settings.Get(key).Origin == "default");

    void Environ(ProcessStartInfo start, string connection, IReadOnlyDictionary<string, string> extra)
    {
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("DXY_", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (
            var value in session.Settings.All.Where(value =>
                value.Origin != "default" && value.Setting.Key is not ("Home" or "SiloPort" or "GatewayPort" or "HttpPort" or "Feed")
            )
        )
        {
            start.Environment[value.Setting.Variable] = value.Value;
        }

        // A database of the host's gets its schema by 'db apply', after a DBA has seen the SQL.
        start.Environment.TryAdd(Setting.Find("ApplySchema").Variable, session.IsEmbedded ? "true" : "false");

        // Somebody waits for this start: a database that is away is told now, not after the ten minutes that a machine's boot may take.
        if (session.Settings.Get("WaitForDatabase").Origin == "default")
        {
            start.Environment[Setting.Find("WaitForDatabase").Variable] = "00:00:04";
        }

        foreach (var (key, value) in extra)
        {
            start.Environment[Setting.Find(key).Variable] = value;
        }

        start.Environment[Setting.Find("Database").Variable] = connection;
        start.Environment["DOTNET_gcServer"] = "0";
    }

    // The configured port where it is free, else any that is: two checkouts on one machine don't get in each other's way.
    int Port(string key, int number)
    {
        var wanted = session.Settings.Number(key, 1024, 65535) + number - 1;
        if (IsFree(wanted))
        {
            return wanted;
        }

        if (session.Settings.Get(key).Origin != "default")
        {
            throw new Fault(
                ExitCode.NotReachable,
                "port-taken",
                $"port {wanted} is taken",
                key,
                "set another, or leave it out for a free one"
            ).ToException();
        }

        using var any = new TcpListener(IPAddress.Loopback, 0);
        any.Start();
        return ((IPEndPoint)any.LocalEndpoint).Port;
    }

    // Where this machine reaches a silo's health: at each of its own addresses it is loopback too.
    string HttpAddress() =>
        IPAddress.TryParse(session.Settings["HttpAddress"], out var address)
        && !address.Equals(IPAddress.Any)
        && !address.Equals(IPAddress.IPv6Any)
            ? address.ToString()
            : "127.0.0.1";

    static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    static string Dotnet() =>
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host
        : Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath!
        : "dotnet";

    // Beside our own folder: artifacts/bin/<project>/<configuration>.
    static string Program()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var program = Path.Combine(own.Parent!.Parent!.FullName, "DxyOrleans.Silo", own.Name, "dxy-silo.dll");
        return File.Exists(program)
            ? program
            : throw new Fault(
                ExitCode.NotReachable,
                "silo-not-built",
                "the silo is not built",
                program,
                "build it: dotnet build src/Silo"
            ).ToException();
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
