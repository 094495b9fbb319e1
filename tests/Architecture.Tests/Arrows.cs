using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace DxyOrleans.Architecture.Tests;

/// <summary>Which room of <c>src/</c> may see which: the only place where an arrow is allowed.</summary>
static partial class Arrows
{
    /// <summary>A room and what it refers to. What those see, it sees too.</summary>
    public static IReadOnlyDictionary<string, string[]> Allowed { get; } =
        new Dictionary<string, string[]>
        {
            ["Core"] = [],
            ["Abstractions"] = ["Core"],
            ["Feeds"] = ["Core"],
            ["Postgres"] = ["Core"],
            ["EmbeddedPostgres"] = ["Postgres"],
            ["Membership"] = ["Postgres"],
            ["Schema"] = ["Postgres"],
            ["Bars"] = ["Schema"],
            ["Deriving"] = ["Bars"],
            ["Migration"] = ["Deriving", "Membership"],
            ["Grains"] = ["Abstractions", "Deriving", "Membership", "Migration", "Feeds"],
            ["Web"] = ["Bars", "Deriving", "Membership", "Migration"],
            ["Silo"] = ["Grains", "Web"],
            ["Client"] = ["Deriving", "Membership", "Migration", "EmbeddedPostgres", "Feeds"],
        };

    /// <summary>Packages that only some rooms may have, by the beginning of their names.</summary>
    public static IReadOnlyDictionary<string, string[]> Packages { get; } =
        new Dictionary<string, string[]>
        {
            ["Microsoft.Orleans"] = ["Abstractions", "Grains", "Silo"],
            ["Microsoft.AspNetCore"] = ["Silo", "Web"],
            ["Npgsql"] = ["Postgres"],
            ["dbup"] = ["Schema"],
        };

    /// <summary>What goes against it in a tree of sources; a sentence each.</summary>
    /// <param name="sources">The folder whose folders are the rooms.</param>
    public static IReadOnlyList<string> Broken(string sources)
    {
        var broken = new List<string>();
        foreach (var folder in Directory.EnumerateDirectories(sources).Order(StringComparer.Ordinal))
        {
            var room = Path.GetFileName(folder);
            if (!Allowed.TryGetValue(room, out var allowed))
            {
                broken.Add($"src/{room} is no room that Arrows.Allowed knows");
                continue;
            }

            foreach (var project in Directory.EnumerateFiles(folder, "*.csproj"))
            {
                broken.AddRange(BrokenReferences(room, allowed, XDocument.Load(project)));
            }

            broken.AddRange(BrokenUsings(room, folder));
        }

        return broken;
    }

    static IEnumerable<string> BrokenReferences(string room, string[] allowed, XDocument project)
    {
        var references = project
            .Descendants("ProjectReference")
            .Select(reference => Path.GetFileName(Path.GetDirectoryName(reference.Attribute("Include")!.Value.Replace('\\', '/'))!));
        var packages = project.Descendants("PackageReference").Select(package => package.Attribute("Include")!.Value);
        return
        [
            .. references.Where(other => !allowed.Contains(other)).Select(other => $"src/{room} refers to src/{other}"),
            .. packages
                .Where(package =>
                    Packages.Any(only => package.StartsWith(only.Key, StringComparison.OrdinalIgnoreCase) && !only.Value.Contains(room))
                )
                .Select(package => $"src/{room} refers to the package {package}"),
        ];
    }

    static IEnumerable<string> BrokenUsings(string room, string folder)
    {
        var seen = Seen(room);
        foreach (var file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var others = OfOurs().Matches(Texts().Replace(File.ReadAllText(file), "")).Select(match => match.Groups[1].Value).Distinct();
            foreach (var other in others.Where(other => Allowed.ContainsKey(other) && other != room && !seen.Contains(other)))
            {
                yield return $"{Path.GetRelativePath(Path.GetDirectoryName(folder)!, file)} uses DxyOrleans.{other}, which src/{room} "
                    + $"may not see";
            }
        }
    }

    /// <summary>The rooms that a room sees, whether directly or by another.</summary>
    public static HashSet<string> Seen(string room)
    {
        var seen = new HashSet<string>();
        var open = new Stack<string>(Allowed[room]);
        while (open.TryPop(out var next))
        {
            if (seen.Add(next))
            {
                Array.ForEach(Allowed[next], open.Push);
            }
        }

        return seen;
    }

    // A program that is started is named in a text, and is no arrow.
    [GeneratedRegex("\"[^\"\n]*\"")]
    private static partial Regex Texts();

    [GeneratedRegex(@"\bDxyOrleans\.([A-Z]\w*)")]
    private static partial Regex OfOurs();
}
