using System.Diagnostics;
using System.Globalization;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>What a process is doing, as the system tells.</summary>
public enum ProcessCondition
{
    /// <summary>It has ended, reaped by its parent or not, or its number belongs to another program by now.</summary>
    Gone,

    /// <summary>It is there and doing nothing: stopped by a signal or held by a debugger.</summary>
    Stopped,

    Running,
}

/// <summary>One process, known again by when it began: numbers are given out anew, and after a restart of the machine from the
/// beginning.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Start">When it began, in the system's own count: clock ticks since the machine's start on Linux, which no correction of the
/// clock moves.</param>
/// <param name="Boot">The machine's start that <paramref name="Start"/> counts from; empty where the system doesn't tell.</param>
public sealed record ProcessIdentity(int Pid, long Start, string Boot)
{
    private const string BootFile = "/proc/sys/kernel/random/boot_id";

    // Of the words after the program's name, which may have spaces and brackets in it: the third of all is the state, the 22nd the start.
    private const int StateWord = 0;
    private const int StartWord = 19;

    /// <summary>What that process is doing now.</summary>
    public ProcessCondition Condition =>
        Look(Pid) is var (start, condition) && start == Start && BootNow() == Boot ? condition : ProcessCondition.Gone;

    /// <summary>Whoever has that number now; null where nobody has.</summary>
    public static ProcessIdentity? Of(int pid) =>
        Look(pid) is var (start, condition) && condition != ProcessCondition.Gone ? new ProcessIdentity(pid, start, BootNow()) : null;

    /// <summary>Whether it has ended and still has its number, because its parent hasn't looked: the system takes signals for it as for a
    /// live one.</summary>
    internal static bool IsUnreaped(int pid) => Look(pid) is { Condition: ProcessCondition.Gone };

    private static (long Start, ProcessCondition Condition)? Look(int pid) =>
        pid <= 0 ? null
        : File.Exists("/proc/self/stat") ? FromProc(pid)
        : FromSystem(pid);

    private static (long Start, ProcessCondition Condition)? FromProc(int pid)
    {
        try
        {
            var line = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            var words = line[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (
                long.Parse(words[StartWord], CultureInfo.InvariantCulture),
                words[StateWord] switch
                {
                    "Z" or "X" or "x" => ProcessCondition.Gone,
                    "T" or "t" => ProcessCondition.Stopped,
                    _ => ProcessCondition.Running,
                }
            );
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // No such process, or it ended while it was read.
            return null;
        }
    }

    private static (long Start, ProcessCondition Condition)? FromSystem(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            return (
                process.StartTime.ToUniversalTime().Ticks / TimeSpan.TicksPerSecond,
                process.HasExited ? ProcessCondition.Gone : ProcessCondition.Running
            );
        }
        catch (Exception gone) when (gone is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string BootNow() => File.Exists(BootFile) ? File.ReadAllText(BootFile).Trim() : "";
}
