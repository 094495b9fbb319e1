using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace DxyOrleans.Bench.Setup;

/// <summary>A silo as a process of its own, as <c>./dxy up</c> runs it, on free loopback ports and in a cluster of its own.</summary>
internal sealed class SiloProcess : IAsyncDisposable
{
    /// <summary>One for all: reminders and subscriptions stand from the first silo on.</summary>
    public const string ServiceId = "bench";

    static readonly TimeSpan MaxStart = TimeSpan.FromSeconds(60);
    static readonly TimeSpan MaxStop = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);
    static readonly HttpClient Http = new();
    static int s_clusters;

    readonly Process _process;
    readonly int _httpPort;
    readonly Queue<string> _lastLines = new();

    private SiloProcess(Process process, int gatewayPort, int httpPort, string clusterId)
    {
        (_process, GatewayPort, _httpPort, ClusterId) = (process, gatewayPort, httpPort, clusterId);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int GatewayPort { get; }

    public string ClusterId { get; }

    /// <summary>Resident memory now, MiB.</summary>
    public double ResidentMegabytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 / (1024.0 * 1024);
        }
    }

    /// <summary>In a new cluster: no silo waits for rows of one that is gone.</summary>
    public static SiloProcess Start(BenchServer server, params string[] more) =>
        Start(server, string.Create(CultureInfo.InvariantCulture, $"bench-{Interlocked.Increment(ref s_clusters)}"), more);

    /// <summary>Another silo of this one's cluster.</summary>
    public SiloProcess StartBeside(BenchServer server, params string[] more) => Start(server, ClusterId, more);

    static SiloProcess Start(BenchServer server, string clusterId, string[] more)
    {
        var ports = FreePorts(3);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DXY_DATABASE"] = server.Url;
        string[] options =
        [
            "exec",
            Folders.Silo,
            "--SiloPort",
            Text(ports[0]),
            "--GatewayPort",
            Text(ports[1]),
            "--HttpPort",
            Text(ports[2]),
            "--ClusterId",
            clusterId,
            "--ServiceId",
            ServiceId,
        ];
        foreach (var option in options.Concat(more))
        {
            start.ArgumentList.Add(option);
        }

        return new SiloProcess(Process.Start(start)!, ports[1], ports[2], clusterId);
    }

    /// <summary>Returns when the silo says that it is ready.</summary>
    public async Task ReadyAsync(CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < MaxStart && !_process.HasExited)
        {
            try
            {
                using var answer = await Http.GetAsync(new Uri($"http://127.0.0.1:{_httpPort}/health/ready"), cancellation);
                if (answer.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(Poll, TimeProvider.System, cancellation);
        }

        throw new InvalidOperationException($"The silo did not become ready. It said:\n{string.Join('\n', _lastLines)}");
    }

    /// <summary>Ends it as a failing machine would.</summary>
    public Task KillAsync(CancellationToken cancellation)
    {
        _process.Kill();
        return _process.WaitForExitAsync(cancellation);
    }

    /// <summary>Stops it in order, so that nothing of it runs into the next round.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (var kill = Process.Start("kill", ["-TERM", Text(_process.Id)]))
            {
                await kill.WaitForExitAsync();
            }

            using var longest = new CancellationTokenSource(MaxStop);
            try
            {
                await _process.WaitForExitAsync(longest.Token);
            }
            catch (OperationCanceledException)
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }

    void Keep(string? line)
    {
        lock (_lastLines)
        {
            if (line is not null)
            {
                _lastLines.Enqueue(line);
            }

            if (_lastLines.Count > 20)
            {
                _lastLines.Dequeue();
            }
        }
    }

    static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        listeners.ForEach(listener => listener.Stop());
        return ports;
    }

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
