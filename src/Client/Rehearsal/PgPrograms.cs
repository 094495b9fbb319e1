using System.Diagnostics;
using System.Globalization;
using DxyOrleans.Client.Cli;
using DxyOrleans.Core.Texts;
using Npgsql;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>What a program said and how it ended.</summary>
internal sealed record ProgramAnswer(int Code, string Out, string Error);

/// <summary>PostgreSQL's own client programs, by which a schema is taken over as it is: in PATH, else where packages put them, the newest
/// first.</summary>
internal static class PgPrograms
{
    /// <exception cref="FaultException">It isn't on this machine.</exception>
    public static string Find(string program) =>
        Folders().Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
        ?? throw new Fault(
            ExitCode.NotReachable,
            "no-client-programs",
            $"PostgreSQL's {program} is not on this machine",
            null,
            "apt-get install postgresql-client"
        ).ToException();

    /// <summary>Runs one for a connection: where to and as whom stands in its environment, no password in its arguments.</summary>
    public static Task<ProgramAnswer> RunAsync(
        string program,
        string connection,
        IEnumerable<string> arguments,
        CancellationToken cancellation
    ) => RunAsync(Start(Find(program), arguments, connection), cancellation);

    /// <summary>Runs a shell's command line for a connection, with more in its environment.</summary>
    public static Task<ProgramAnswer> ShellAsync(
        string command,
        string connection,
        IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellation
    )
    {
        var start = Start("/bin/sh", ["-c", command], connection);
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return RunAsync(start, cancellation);
    }

    static IEnumerable<string> Folders()
    {
        const string Packages = "/usr/lib/postgresql";
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        var packaged = Directory.Exists(Packages)
            ? Directory
                .EnumerateDirectories(Packages)
                .OrderByDescending(folder =>
                    int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var major) ? major : 0
                )
                .Select(folder => Path.Combine(folder, "bin"))
            : [];
        return packaged.Concat(path);
    }

    static ProcessStartInfo Start(string program, IEnumerable<string> arguments, string connection)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        var to = new NpgsqlConnectionStringBuilder(connection);
        var environment = new Dictionary<string, string?>
        {
            ["PGHOST"] = to.Host,
            ["PGPORT"] = to.Port.ToString(CultureInfo.InvariantCulture),
            ["PGUSER"] = to.Username,
            ["PGPASSWORD"] = to.Password,
            ["PGDATABASE"] = to.Database,
            ["PGOPTIONS"] = to.Options,
            ["PGSSLROOTCERT"] = to.RootCertificate,
            ["PGAPPNAME"] = to.ApplicationName,
            ["PGTZ"] = "UTC",
            ["PGSSLMODE"] = to.SslMode switch
            {
                SslMode.VerifyCA => "verify-ca",
                SslMode.VerifyFull => "verify-full",
                var mode => mode.Text(),
            },
        };
        foreach (var (name, value) in environment)
        {
            start.Environment.Remove(name);
            if (!string.IsNullOrEmpty(value))
            {
                start.Environment[name] = value;
            }
        }

        // What they say is read: in English, whatever this machine speaks.
        if (start.Environment.Remove("LC_ALL", out var all))
        {
            start.Environment["LANG"] = all;
        }

        start.Environment["LC_MESSAGES"] = "C";
        return start;
    }

    static async Task<ProgramAnswer> RunAsync(ProcessStartInfo start, CancellationToken cancellation)
    {
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} could not be started.");
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        try
        {
            await process.WaitForExitAsync(cancellation);
            return new ProgramAnswer(process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }
}
