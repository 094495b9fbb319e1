using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>A silo as a process of its own, its log in a file.</summary>
public sealed class SiloProcess : IDisposable
{
    static readonly HttpClient Http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };
    static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(40);

    readonly Process _process;
    readonly long _started = Stopwatch.GetTimestamp();

    readonly string _host;

    SiloProcess(Process process, SiloPorts ports, string logFile, SiloPlace place) =>
        (_process, Ports, LogFile, _host, ClockOff) = (process, ports, logFile, place.Host, place.ClockOff);

    public SiloPorts Ports { get; }

    public string LogFile { get; }

    public int Pid => _process.Id;

    public bool IsRunning => !_process.HasExited;

    /// <summary>How far the silo's own clock is ahead.</summary>
    public TimeSpan ClockOff { get; }

    /// <summary>When its process ended; now, while it runs.</summary>
    public DateTimeOffset Ended => IsRunning ? TimeProvider.System.GetUtcNow() : new DateTimeOffset(_process.ExitTime);

    /// <summary>The silo's program, built with these tests in the same configuration.</summary>
    static string Program
    {
        get
        {
            var mine = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
            return Path.Combine(mine.Parent!.Parent!.FullName, "DxyOrleans.Silo", mine.Name, "dxy-silo.dll");
        }
    }

    // The host that runs this process, wherever it is installed.
    internal static string Dotnet => Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    /// <summary>Starts a silo and returns at once.</summary>
    /// <param name="folder">Its working folder, where its log goes.</param>
    /// <param name="database">What <c>DXY_DATABASE</c> says; null leaves it unset.</param>
    /// <param name="ports">Its ports.</param>
    /// <param name="arguments">More arguments.</param>
    public static SiloProcess Start(string folder, string? database, SiloPorts ports, params IEnumerable<string> arguments) =>
        Start(folder, database, ports, SiloPlace.Here, arguments);

    /// <summary>Starts a silo elsewhere than on loopback and returns at once.</summary>
    public static SiloProcess Start(
        string folder,
        string? database,
        SiloPorts ports,
        SiloPlace place,
        IEnumerable<string> arguments,
        string? program = null
    )
    {
        var log = Path.Combine(
            folder,
            string.Create(CultureInfo.InvariantCulture, $"silo-{ports.Silo}-{Directory.GetFiles(folder).Length}.log")
        );
        var start = new ProcessStartInfo(
            "/bin/sh",
            [
                "-c",
                "log=$1; shift; exec \"$@\" >\"$log\" 2>&1",
                "sh",
                log,
                .. place.Before,
                Dotnet,
                "exec",
                program ?? Program,
                .. Named(ports),
                .. arguments,
            ]
        )
        {
            WorkingDirectory = folder,
        };
        foreach (var inherited in start.Environment.Keys.Where(name => name.StartsWith("DXY_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(inherited);
        }

        if (database is not null)
        {
            start.Environment["DXY_DATABASE"] = database;
        }

        var process = Process.Start(start)!;
        Watchdog.Started(process.Id);
        return new SiloProcess(process, ports, log, place);
    }

    /// <summary>Waits until the silo is ready; tells how long that took from its start.</summary>
    public async Task<TimeSpan> ReadyAsync()
    {
        await Until.NothingIsMissingAsync(
            $"the silo at {Ports.Silo} is ready",
            async () =>
            {
                Assert.True(IsRunning, $"The silo at {Ports.Silo} ended instead of getting ready:\n{Log}");
                var answer = await StatusAsync("/health/ready");
                return answer == HttpStatusCode.OK ? null : $"/health/ready says {answer?.ToString() ?? "nothing"}; its log:\n{Log}";
            },
            ReadyWithin
        );
        return Stopwatch.GetElapsedTime(_started);
    }

    /// <summary>The status of a page; null where nobody answers.</summary>
    public async Task<HttpStatusCode?> StatusAsync(string path)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri($"http://{_host}:{Ports.Http}{path}"), TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Asks the silo to stop (SIGTERM) and waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        return await ExitAsync(TimeSpan.FromSeconds(40));
    }

    /// <summary>Ends the silo at once (SIGKILL) and waits for its end.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>Lets a frozen silo run on (SIGCONT).</summary>
    public Task WakeAsync() => SignalAsync("CONT");

    /// <summary>Stops the silo's threads where they are (SIGSTOP): a machine that hangs, its connections open.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>Waits for the process's end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync(TimeSpan deadline)
    {
        await Until.NothingIsMissingAsync(
            $"the silo at {Ports.Silo} ends",
            () => Task.FromResult(IsRunning ? $"its log:\n{Log}" : null),
            deadline
        );
        Watchdog.Ended(Pid);
        return _process.ExitCode;
    }

    /// <summary>What the silo has written so far.</summary>
    public string Log => File.Exists(LogFile) ? File.ReadAllText(LogFile) : "";

    public void Dispose()
    {
        if (IsRunning)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        Watchdog.Ended(Pid);
        _process.Dispose();
    }

    async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", Pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    static string[] Named(SiloPorts ports) =>
        [
            "--SiloPort",
            ports.Silo.ToString(CultureInfo.InvariantCulture),
            "--GatewayPort",
            ports.Gateway.ToString(CultureInfo.InvariantCulture),
            "--HttpPort",
            ports.Http.ToString(CultureInfo.InvariantCulture),
        ];
}
