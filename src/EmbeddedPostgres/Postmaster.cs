using System.Globalization;
using System.Text;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>The running server of a data folder, as its <c>postmaster.pid</c> tells, proven against the process of that id.</summary>
internal sealed record Postmaster(int Pid, int Port, string Status)
{
    public bool IsReady => Status == "ready";

    public bool IsStopping => Status == "stopping";

    public static string PidFile(string dataFolder) => Path.Combine(dataFolder, "postmaster.pid");

    /// <summary>Null when no server runs on that folder, whatever a left-over pid file says.</summary>
    public static Postmaster? Find(string dataFolder) => Read(dataFolder) is { } told && RunsOn(told.Pid, dataFolder) ? told : null;

    /// <summary>
    /// Removes a pid file whose process id now belongs to another program; PostgreSQL would refuse to start on it. One whose process
    /// is gone is left to PostgreSQL, which also looks for surviving children; but not one that is dead and unreaped, which PostgreSQL
    /// takes for alive.
    /// </summary>
    public static void RemoveStalePidFile(string dataFolder)
    {
        if (
            Read(dataFolder) is { } told
            && (IsAlive(told.Pid) ? !RunsOn(told.Pid, dataFolder) : ProcessIdentity.IsUnreaped(told.Pid) && !HasChildren(dataFolder))
        )
            File.Delete(PidFile(dataFolder));
    }

    // A server's processes work in its data folder.
    private static bool HasChildren(string dataFolder) =>
        Directory
            .EnumerateDirectories("/proc")
            .Where(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out _))
            .Any(folder => WorksIn(Path.Combine(folder, "cwd")) == RealPath.Of(dataFolder));

    private static string? WorksIn(string link)
    {
        try
        {
            return new DirectoryInfo(link).LinkTarget;
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            // It ended, or is another user's, who has no server of ours.
            return null;
        }
    }

    // Lines: process id, data folder, start, port, socket folder, address, shared memory, status.
    private static Postmaster? Read(string dataFolder)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(PidFile(dataFolder));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        if (
            lines.Length == 0
            || !int.TryParse(lines[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pid)
            || pid <= 0
        )
            return null;

        var port = lines.Length > 3 && int.TryParse(lines[3], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return new Postmaster(pid, port, lines.Length > 7 ? lines[7].Trim() : "starting");
    }

    // The command line is what every user may read of another's process; its first words are the program and its data folder.
    private static bool RunsOn(int pid, string dataFolder)
    {
        var words = CommandLine(pid);
        var at = Array.IndexOf(words, "-D");
        return at > 0
            && at + 1 < words.Length
            && Path.GetFileName(words[0]) is "postgres" or "postmaster"
            && RealPath.Of(words[at + 1]) == RealPath.Of(dataFolder);
    }

    private static bool IsAlive(int pid) => CommandLine(pid).Length > 0;

    private static string[] CommandLine(int pid)
    {
        var process = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline");
        try
        {
            return Directory.Exists("/proc/self")
                ? Encoding.UTF8.GetString(File.ReadAllBytes(process)).Split('\0', StringSplitOptions.RemoveEmptyEntries)
                : AskPs(pid);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or IOException)
        {
            // Gone, or going while it was read.
            return [];
        }
    }

    // Systems without /proc show the words joined by spaces; ours are the program, -D and the folder.
    private static string[] AskPs(int pid)
    {
        var id = pid.ToString(CultureInfo.InvariantCulture);
        var line = ProgramRunner.RunAsync("ps", ["-p", id, "-o", "command="]).GetAwaiter().GetResult().Output.Trim();
        return line.Split(" -D ", 2) is [var program, var folder] ? [program, "-D", folder]
            : line.Length == 0 ? []
            : [line];
    }
}
