using System.Globalization;

namespace DxyOrleans.Silo.Hosting;

/// <summary>Whether this process may open as many files as a silo does: the runtime keeps each of its three hundred libraries open, and one
/// it can't open is "not found".</summary>
static class OpenFiles
{
    /// <summary>Libraries, connections, and room for those of many clients.</summary>
    const int Least = 384;

    const string Limits = "/proc/self/limits";
    const string Line = "Max open files";

    /// <returns>A line with what to do; null where there are enough, or the system doesn't tell.</returns>
    public static string? Fault() =>
        File.Exists(Limits)
        && File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith(Line, StringComparison.Ordinal)) is { } line
        && int.TryParse(
            line[Line.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0],
            CultureInfo.InvariantCulture,
            out var most
        )
        && most < Least
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"it may open {most} files at once, and a silo needs {Least}; raise the limit ('ulimit -n 1024', LimitNOFILE= of a "
                    + $"systemd unit)."
            )
            : null;
}
