using System.Diagnostics;
using System.Globalization;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>
/// Ends the silos when the tests' own process ends, even by a kill: a small shell reads the ids of running silos from a pipe and kills
/// those that are left when the pipe closes.
/// </summary>
public sealed class Watchdog : IDisposable
{
    /// <summary>Reads "+id" for a silo that starts and "-id" for one that ended, which may be told twice.</summary>
    public const string Script = """
        alive=' '
        while read -r told; do
          id=${told#?}
          case $told in
            +*) alive="$alive$id " ;;
            -*) case $alive in *" $id "*) alive="${alive%% $id *} ${alive#* $id }" ;; esac ;;
          esac
        done
        for id in $alive; do kill -9 "$id" 2>/dev/null; done
        """;

    static readonly Lock Gate = new();
    static Process? _shell;

    /// <summary>Tells that a silo runs.</summary>
    public static void Started(int pid) => Tell('+', pid);

    /// <summary>Tells that a silo has ended: its id may be given to another program now.</summary>
    public static void Ended(int pid) => Tell('-', pid);

    public void Dispose()
    {
        lock (Gate)
        {
            _shell?.StandardInput.Close();
            _shell?.WaitForExit();
            _shell?.Dispose();
            _shell = null;
        }
    }

    static void Tell(char what, int pid)
    {
        lock (Gate)
        {
            _shell ??= Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Script]) { RedirectStandardInput = true })!;
            _shell.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}{pid}"));
            _shell.StandardInput.Flush();
        }
    }
}
