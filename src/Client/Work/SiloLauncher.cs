using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DxyOrleans.Client.Console;
using DxyOrleans.Client.Settings;

namespace DxyOrleans.Client.Work;

/// <summary>Starts silos as processes of their own, apart from this one and its terminal.</summary>
internal sealed class SiloLauncher(Session session)
{
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    // setsid keeps a silo out of this terminal's signals; where there is none (macOS) nohup does nearly as much.
    // Files that this process inherited (a caller's lock, say) are closed: a silo that outlives the call must not hold them.
    const string Detached = "log=$1; shift; for fd in 3 4 5 6 7 8 9; do eval \"exec $fd>&-\"; done; if command -v setsid >/dev/null; then exec setsid \"$@\" >>\"$log\" 2>&1 </dev/null; else exec nohup \"$@\" >>\"$log\" 2>&1 </dev/null; fi";

    const int LogLines = 12;

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
        var record = new SiloRecord(number, 0, 0, silo, gateway, http, feed);
        Directory.CreateDirectory(Path.Combine(home, "log"));
        Directory.CreateDirectory(SiloRecord.RunFolder(home));
        File.Delete(record.LogFile(home));
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = SiloRecord.RunFolder(home) };
        foreach (var argument in (string[])[
            "-c", Detached, "sh", record.LogFile(home), Dotnet(), "exec", Program(),
            "--SiloPort", Text(silo), "--GatewayPort", Text(gateway), "--HttpPort", Text(http), "--Feed", shadow ? "none" : feed, "--Shadow", shadow ? "true" : "false"])
        {
            start.ArgumentList.Add(argument);
        }

        Environ(start, connection, extra);
        using var process = Process.Start(start) ?? throw new Fault(ExitCode.Unexpected, "silo-start", "the silo's process could not be started").ToException();
        record = record with { Pid = process.Id, StartedAt = process.StartTime.ToUniversalTime().Ticks };
        record.Save(home);
        return record;
    }

    /// <summary>Returns when the silo answers that it is ready.</summary>
    /// <exception cref="FaultException">It died or took too long; its last words come with it.</exception>
    public async Task WaitAsync(SiloRecord record, CancellationToken cancellation)
    {
        using var client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(1) }) { Timeout = TimeSpan.FromSeconds(5) };
        var began = session.Time.GetTimestamp();
        while (true)
        {
            try
            {
                using var answer = await client.GetAsync(record.Ready, cancellation);
                if (answer.StatusCode == HttpStatusCode.OK)
                {
                    return;
                }
            }
            catch (Exception early) when (early is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
            {
                // It isn't listening yet.
            }

            if (!record.IsRunning)
            {
                throw new Fault(ExitCode.NotReachable, "silo-died", $"{record.Name} ended while starting: {LastWords(record)}", record.LogFile(session.Home),
                    "mend what it names and start again").ToException();
            }

            if (session.Time.GetElapsedTime(began) > Patience)
            {
                throw new Fault(ExitCode.NotReachable, "silo-slow", $"{record.Name} is not ready after {Patience.TotalSeconds:0} s: {LastWords(record)}",
                    record.LogFile(session.Home), "look at its log; './dxy down' stops it").ToException();
            }

            await Task.Delay(Poll, session.Time, cancellation);
        }
    }

    string LastWords(SiloRecord record)
    {
        var log = record.LogFile(session.Home);
        var lines = File.Exists(log) ? File.ReadLines(log).Where(line => line.Length > 0).TakeLast(LogLines).ToList() : [];
        return lines.Count == 0 ? "it said nothing" : string.Join(" | ", lines.Select(line => line.Trim()));
    }

    void Environ(ProcessStartInfo start, string connection, IReadOnlyDictionary<string, string> extra)
    {
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("DXY_", StringComparison.OrdinalIgnoreCase)).ToList())
        {
            start.Environment.Remove(name);
        }

        foreach (var value in session.Settings.All.Where(value => value.Origin != "default" && value.Setting.Key is not ("Home" or "SiloPort" or "GatewayPort" or "HttpPort" or "Feed")))
        {
            start.Environment[value.Setting.Variable] = value.Value;
        }

        // A database of the shop's gets its schema by 'db apply', after a DBA has seen the SQL.
        start.Environment.TryAdd(Setting.Find("ApplySchema").Variable, session.IsEmbedded ? "true" : "false");
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
            throw new Fault(ExitCode.NotReachable, "port-taken", $"port {wanted} is taken", key, "set another, or leave it out for a free one").ToException();
        }

        using var any = new TcpListener(IPAddress.Loopback, 0);
        any.Start();
        return ((IPEndPoint)any.LocalEndpoint).Port;
    }

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

    static string Dotnet() => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } host ? host
        : Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath!
        : "dotnet";

    // Beside our own folder: artifacts/bin/<project>/<configuration>.
    static string Program()
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        var program = Path.Combine(own.Parent!.Parent!.FullName, "DxyOrleans.Silo", own.Name, "dxy-silo.dll");
        return File.Exists(program) ? program : throw new Fault(ExitCode.NotReachable, "silo-not-built", "the silo is not built", program, "build it: dotnet build src/Silo").ToException();
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
