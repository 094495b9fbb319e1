using System.Text.RegularExpressions;
using DxyOrleans.Client.Cli;

namespace DxyOrleans.Client.Rehearsal;

/// <summary>
/// A host's schema as <c>pg_dump</c> sees it, all of it but what is ours: types, functions, tables with sequences, defaults and checks,
/// then (once rows are there) keys, triggers, policies; owners and grants with them.
/// </summary>
/// <param name="folder">Where the dump is kept meanwhile.</param>
/// <param name="from">The host, for Npgsql.</param>
/// <param name="to">The copy, as its superuser.</param>
internal sealed partial class HostSchema(string folder, string from, string to)
{
    static readonly string[] Ours = ["-N", "dxy", "-N", "dxy_orleans", "-N", "dxy_backup"];

    string Dump => Path.Combine(folder, "schema.dump");

    string List => Path.Combine(folder, "schema.list");

    /// <summary>What couldn't be made again, and why.</summary>
    public List<string> Lost { get; } = [];

    /// <param name="snapshot">The one in which rows are read too.</param>
    /// <param name="unreadable">What the role can't see: kind (N schema, T relation) and quoted name.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task TakeAsync(string snapshot, IEnumerable<(string Kind, string Name)> unreadable, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var hidden = unreadable.SelectMany(one => (string[])[$"-{one.Kind}", one.Name]);
        var dumped = await PgPrograms.RunAsync(
            "pg_dump",
            from,
            [
                "-Fc",
                "-s",
                "--no-publications",
                "--no-subscriptions",
                "--no-comments",
                "--no-security-labels",
                $"--snapshot={snapshot}",
                "-f",
                Dump,
                .. Ours,
                .. hidden,
            ],
            cancellation
        );
        if (dumped.Code != 0)
        {
            throw Fault
                .Gate(
                    "not-copied",
                    $"the host's schema can't be taken over: {FirstLine(dumped.Error)}",
                    null,
                    "pg_dump has to be as new as the host's server, and its role needs SELECT on the tables"
                )
                .ToException();
        }

        var listed = await PgPrograms.RunAsync("pg_restore", to, ["-l", Dump], cancellation);
        await File.WriteAllLinesAsync(List, listed.Out.Split('\n').Where(line => !OurTrigger().IsMatch(line)), cancellation);
    }

    /// <param name="section"><c>pre-data</c> or <c>post-data</c>.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task MakeAsync(string section, CancellationToken cancellation)
    {
        var made = await PgPrograms.RunAsync(
            "pg_restore",
            to,
            [$"--section={section}", "-L", List, "-d", new Npgsql.NpgsqlConnectionStringBuilder(to).Database!, Dump],
            cancellation
        );
        Lost.AddRange(
            Failed()
                .Matches(made.Error)
                .Select(failed => $"{failed.Groups["why"].Value.Trim()} ({failed.Groups["what"].Value.Trim()})")
                .Where(line => !line.Contains("schema \"public\" already exists", StringComparison.Ordinal))
        );
    }

    static string FirstLine(string text) =>
        text.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.OrdinalIgnoreCase))?.Trim() ?? text.Trim();

    [GeneratedRegex(@" TRIGGER \S+ \S+ dxy_")]
    private static partial Regex OurTrigger();

    [GeneratedRegex(@"could not execute query: ERROR:\s+(?<why>[^\n]*)\n(?:(?!Command was).*\n)*Command was: (?<what>[^\n]*)")]
    private static partial Regex Failed();
}
