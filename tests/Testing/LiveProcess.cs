using System.Diagnostics;
using System.Runtime.InteropServices;
using DxyOrleans.EmbeddedPostgres;
using Xunit;

namespace DxyOrleans.Testing;

/// <summary>A process of a test's own that does nothing but be there.</summary>
public sealed class LiveProcess : IDisposable
{
    public const int Stop = 19;
    public const int Continue = 18;
    public const int Kill = 9;

    readonly Process _process;

    LiveProcess(Process process, int pid) => (_process, Pid) = (process, pid);

    public int Pid { get; }

    public ProcessIdentity Identity => ProcessIdentity.Of(Pid)!;

    public static LiveProcess Start(string program = "exec sleep 600")
    {
        var process = Process.Start("/bin/bash", ["-c", program]);
        return new LiveProcess(process, process.Id);
    }

    /// <summary>One that has ended, and whose parent, which lives on, doesn't look after it.</summary>
    public static async Task<(LiveProcess Parent, ProcessIdentity Child)> UnreapedAsync()
    {
        var start = new ProcessStartInfo("/bin/bash", ["-c", "sleep 600 & echo $!; exec sleep 600"]) { RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        var child = ProcessIdentity.Of(
            int.Parse((await process.StandardOutput.ReadLineAsync())!, System.Globalization.CultureInfo.InvariantCulture)
        )!;

        // The shell has become a program that reaps nobody.
        while (!File.ReadAllText($"/proc/{process.Id}/cmdline").StartsWith("sleep", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        Signal(child.Pid, Kill);
        while (!File.ReadAllText($"/proc/{child.Pid}/stat").Contains(") Z ", StringComparison.Ordinal))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        return (new LiveProcess(process, process.Id), child);
    }

    public static void Signal(int pid, int signal) => Assert.Equal(0, SendSignal(pid, signal));

    public bool IsAlive => !_process.HasExited;

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int SendSignal(int pid, int signal);
}
