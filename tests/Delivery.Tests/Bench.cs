using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace DxyOrleans.Delivery.Tests;

/// <summary>What a command said and how it ended.</summary>
public sealed record Said(int Code, string Out, string Error)
{
    public override string ToString() => $"exit code {Code}\n{Out}\n{Error}";
}

/// <summary>A folder to try things in, with a home for a local cluster of its own; whatever was brought up there is taken down at the
/// end.</summary>
public sealed class Bench : IAsyncDisposable
{
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>The SDK's own program, whatever PATH says.</summary>
    public static string Dotnet { get; } = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet"));

    /// <summary>The folder.</summary>
    public string Folder { get; } = Make();

    /// <summary>Where a cluster's server, logs and process ids are; short, for it names a socket.</summary>
    public string Home => Path.Combine(Folder, "home");

    /// <summary>The entry script that is tried.</summary>
    public string Script { get; set; } = Checkout.At("dxy");

    /// <summary>Variables of every command; ports that nobody else has at first. Unless it is clean, those of this process stand
    /// too.</summary>
    public Dictionary<string, string> Variables { get; } = new() { ["DXY_SILOPORT"] = FreePort(), ["DXY_GATEWAYPORT"] = FreePort() };

    /// <summary>Whether commands see nothing of this process's environment.</summary>
    public bool IsClean { get; set; }

    public Task<Said> DxyAsync(params string[] arguments) => RunAsync(Script, arguments);

    /// <exception cref="TimeoutException">It ran longer than ten minutes, and was ended.</exception>
    public async Task<Said> RunAsync(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = Folder,
        };
        if (IsClean)
        {
            start.Environment.Clear();
        }

        foreach (
            var name in start
                .Environment.Keys.Where(name =>
                    name.StartsWith("DXY_", StringComparison.Ordinal) || name.StartsWith("PG", StringComparison.Ordinal)
                )
                .ToList()
        )
        {
            start.Environment.Remove(name);
        }

        start.Environment["DXY_HOME"] = Home;
        foreach (var (name, value) in Variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Longest);
        var (output, error) = (new StringWriter(), new StringWriter());
        var reading = Task.WhenAll(
            CopyAsync(process.StandardOutput, output, patience.Token),
            CopyAsync(process.StandardError, error, patience.Token)
        );
        try
        {
            await process.WaitForExitAsync(patience.Token);
            await reading;
            return new Said(process.ExitCode, output.ToString(), error.ToString());
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException(
                $"{program} {string.Join(' ', arguments)} ran longer than {Longest.TotalMinutes:0} minutes and said\n{output}\n{error}"
            );
        }
    }

    static async Task CopyAsync(StreamReader from, StringWriter to, CancellationToken cancellation)
    {
        while (await from.ReadLineAsync(cancellation) is { } line)
        {
            to.Write(line + '\n');
        }
    }

    /// <summary>Runs it, and fails with all it said unless it ends with 0.</summary>
    public async Task<string> DoneAsync(string program, params string[] arguments)
    {
        var said = await RunAsync(program, arguments);
        Assert.True(said.Code == 0, $"{program} {string.Join(' ', arguments)}: {said}");
        return said.Out;
    }

    /// <summary>A PATH with every program of the system but .NET's.</summary>
    public string PathWithoutDotnet()
    {
        var folder = Directory.CreateDirectory(Path.Combine(Folder, "bin")).FullName;
        foreach (
            var program in ((string[])["/usr/bin", "/bin", "/usr/sbin"])
                .Where(Directory.Exists)
                .SelectMany(Directory.EnumerateFileSystemEntries)
        )
        {
            var link = Path.Combine(folder, Path.GetFileName(program));
            if (Path.GetFileName(program) is not ("dotnet" or "dnx") && !Path.Exists(link))
            {
                File.CreateSymbolicLink(link, program);
            }
        }

        return folder;
    }

    /// <summary>The six pairs' bars of the first minutes of a Monday on which the market was open, as a file.</summary>
    public string Pairs(int minutes)
    {
        var file = Path.Combine(Folder, "pairs.csv");
        (string Symbol, string Price)[] pairs =
        [
            ("EURUSD", "1.1"),
            ("USDJPY", "107"),
            ("GBPUSD", "1.23"),
            ("USDCAD", "1.33"),
            ("USDSEK", "9.88"),
            ("USDCHF", "0.99"),
        ];
        File.WriteAllLines(
            file,
            pairs
                .SelectMany(pair =>
                    Enumerable
                        .Range(0, minutes)
                        .Select(minute =>
                            $"{pair.Symbol},2019-10-07T10:{minute:00}:00Z,{pair.Price},{pair.Price},{pair.Price},{pair.Price},1"
                        )
                )
                .Prepend("symbol,ts_utc,open,high,low,close,volume")
        );
        return file;
    }

    /// <summary>A port that nobody listens on.</summary>
    static string FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Home))
        {
            await DxyAsync("down");
        }

        Directory.Delete(Folder, recursive: true);
    }

    // The server's user, where that is another one, has to pass through.
    static string Make()
    {
        var folder = Directory.CreateTempSubdirectory("dxy-deliver-").FullName;
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        return folder;
    }
}
