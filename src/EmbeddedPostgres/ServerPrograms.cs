using System.Globalization;
using System.Text.RegularExpressions;

namespace DxyOrleans.EmbeddedPostgres;

/// <summary>The folder of PostgreSQL's server programs (<c>initdb</c>, <c>postgres</c>, <c>pg_ctl</c>) and their major version.</summary>
internal sealed partial record ServerPrograms(string Folder, int Major)
{
    /// <summary>The oldest major version that our SQL runs on.</summary>
    public const int OldestMajor = 14;

    private static readonly string[] Needed = ["initdb", "postgres", "pg_ctl"];

    // Debian and Ubuntu, Fedora and RHEL, Alpine, Arch, Homebrew: where packages put what they keep out of PATH.
    private static readonly (string Parent, string Pattern, string Below)[] Known =
    [
        ("/usr/lib/postgresql", "*", "bin"),
        ("/usr", "pgsql-*", "bin"),
        ("/usr/libexec", "postgresql*", ""),
        ("/opt/homebrew/opt", "postgresql*", "bin"),
        ("/usr/local/opt", "postgresql*", "bin"),
    ];

    public string InitDb => Path.Combine(Folder, "initdb");

    public string PgCtl => Path.Combine(Folder, "pg_ctl");

    /// <summary>
    /// Those in PATH, else the newest of the folders that packages use. A data folder only opens with the major version that made it.
    /// </summary>
    /// <param name="major">The version the data folder was made by; null when there is none yet.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="ServerProgramsMissingException">None is there, or none of that version.</exception>
    public static async Task<ServerPrograms> FindAsync(int? major, CancellationToken cancellationToken)
    {
        var newest = default(ServerPrograms);
        foreach (var folder in InPath())
        {
            if (await TryReadAsync(folder, cancellationToken) is { } found && found.Fits(major))
                return found;
        }

        foreach (var folder in InKnownFolders())
        {
            if (await TryReadAsync(folder, cancellationToken) is { } found && found.Fits(major) && found.Major > (newest?.Major ?? 0))
                newest = found;
        }

        return newest ?? throw Missing(major);
    }

    private bool Fits(int? major) => major is { } wanted ? Major == wanted : Major >= OldestMajor;

    private static IEnumerable<string> InPath() =>
        ProgramRunner
            .SearchFolders()
            .Select(folder => Path.Combine(folder, "initdb"))
            .Where(File.Exists)
            // initdb looks for its siblings beside itself, not beside a link to it.
            .Select(program => Path.GetDirectoryName(File.ResolveLinkTarget(program, returnFinalTarget: true)?.FullName ?? program)!)
            .Distinct();

    private static IEnumerable<string> InKnownFolders() =>
        Known
            .Where(place => Directory.Exists(place.Parent))
            .SelectMany(place =>
                Directory.EnumerateDirectories(place.Parent, place.Pattern).Select(folder => Path.Combine(folder, place.Below))
            );

    private static async Task<ServerPrograms?> TryReadAsync(string folder, CancellationToken cancellationToken)
    {
        if (!Needed.All(program => File.Exists(Path.Combine(folder, program))))
            return null;

        var answer = await ProgramRunner.RunAsync(Path.Combine(folder, "postgres"), ["--version"], null, cancellationToken);
        return answer.ExitCode == 0 && MajorVersion().Match(answer.Output) is { Success: true } match
            ? new ServerPrograms(folder, int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
            : null;
    }

    private static ServerProgramsMissingException Missing(int? major)
    {
        var suffix = major?.ToString(CultureInfo.InvariantCulture);
        var command = InstallCommand(suffix);
        var what = suffix is null
            ? "PostgreSQL's server programs (initdb, postgres, pg_ctl) are not in PATH nor in a folder like /usr/lib/postgresql/*/bin"
            : $"The data folder was made by PostgreSQL {suffix}, whose server programs are not on this machine";
        return new ServerProgramsMissingException($"{what}; install them with: {command}", command);
    }

    private static string InstallCommand(string? major)
    {
        var dashed = major is null ? "" : $"-{major}";
        (string Manager, string Command)[] commands =
        [
            ("apt-get", $"apt-get install postgresql{dashed}"),
            ("dnf", "dnf install postgresql-server"),
            ("apk", $"apk add postgresql{major}"),
            ("pacman", "pacman -S postgresql"),
            ("brew", major is null ? "brew install postgresql" : $"brew install postgresql@{major}"),
        ];
        return commands.FirstOrDefault(c => ProgramRunner.Locate(c.Manager) is not null, commands[0]).Command;
    }

    [GeneratedRegex(@"\(PostgreSQL\) (\d+)")]
    private static partial Regex MajorVersion();
}
