using System.Diagnostics;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>What a program said and how it ended.</summary>
internal sealed record ProgramResult(int ExitCode, string Output, string Errors)
{
    /// <summary>All it printed, for an error message.</summary>
    public string Said => $"{Output}\n{Errors}".Trim();

    /// <summary>The line that says why it failed; all it printed where none does.</summary>
    public string Cause => CauseIn(Said) ?? Said;

    public static string? CauseIn(string text) =>
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .LastOrDefault(line =>
                line.Contains("FATAL:", StringComparison.Ordinal) || line.Contains("could not", StringComparison.Ordinal)
            )
            ?.Trim();
}

/// <summary>Runs short programs of the system and reads what they say.</summary>
internal static class ProgramRunner
{
    // What is started here may outlive its caller (the server does), and would hold open whatever the caller had been given: a lock's file,
    // a pipe somebody reads to its end. .NET marks its own descriptors to be closed, not those it inherited.
    private const string CloseInherited = "exec 3>&- 4>&- 5>&- 6>&- 7>&- 8>&- 9>&-; exec \"$0\" \"$@\"";

    /// <exception cref="EmbeddedServerException">The program can't be started at all.</exception>
    public static async Task<ProgramResult> RunAsync(
        string program,
        IEnumerable<string> arguments,
        string? input = null,
        CancellationToken cancellationToken = default
    )
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", CloseInherited, program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = "/",
        };
        // PGDATA, PGPORT, PGOPTIONS and the like of the caller's are meant for another server.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["LC_ALL"] = "C";

        using var process = Start(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            await WriteInputAsync(process, input, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new ProgramResult(process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>The first file of that name in PATH or the system's own folders (root's PATH may lack sbin); null when there is
    /// none.</summary>
    public static string? Locate(string program) =>
        SearchFolders().Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    public static IEnumerable<string> SearchFolders() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"])
            .Where(Path.IsPathRooted);

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException)
        {
            throw new EmbeddedServerException($"{start.FileName} can't be run: {e.Message}.", e);
        }
    }

    private static async Task WriteInputAsync(Process process, string? input, CancellationToken cancellationToken)
    {
        try
        {
            if (input is not null)
                await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException) when (process.HasExited)
        {
            // Its exit code says why it left before reading.
        }
    }
}
