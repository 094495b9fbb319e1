using System.Text.RegularExpressions;

namespace DxyOrleans.Architecture.Tests;

/// <summary>Which folders of <c>sql/</c> a room embeds: it asks for what it or a room that it sees embeds, and for nothing else.</summary>
static partial class SqlRooms
{
    /// <summary>What goes against it in a tree of sources; a sentence each.</summary>
    /// <param name="sources">The folder whose folders are the rooms.</param>
    /// <param name="sql">The folder <c>sql/</c>.</param>
    public static IReadOnlyList<string> Broken(string sources, string sql)
    {
        var owners = Directory
            .EnumerateDirectories(sources)
            .SelectMany(room => Directory.EnumerateFiles(room, "*.csproj").SelectMany(project => Embedded(Path.GetFileName(room), project)))
            .ToList();
        var files = Directory
            .EnumerateFiles(sql, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(sql, file).Replace('\\', '/'))
            .ToList();
        var statements = files
            .Select(file =>
                (Name: Path.GetFileNameWithoutExtension(file), Owner: owners.Find(owner => owner.AreStatements && owner.Holds(file)))
            )
            .Where(statement => statement.Owner is not null)
            .ToList();
        return
        [
            .. files.Where(file => !owners.Exists(owner => owner.Holds(file))).Select(file => $"sql/{file} is embedded by no room"),
            .. statements
                .GroupBy(one => one.Name)
                .Where(same => same.Count() > 1)
                .Select(same => $"{same.Key} is the name of several statements"),
            .. Directory
                .EnumerateDirectories(sources)
                .SelectMany(room => Strange(room, owners, [.. statements.Select(one => (one.Name, one.Owner!.Room))])),
        ];
    }

    // What a room asks for that neither it nor a room that it sees embeds.
    static IEnumerable<string> Strange(string folder, List<Owner> owners, List<(string Name, string Room)> statements)
    {
        var room = Path.GetFileName(folder);
        HashSet<string> seen = [.. Arrows.Seen(room), room];
        foreach (var file in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var text = File.ReadAllText(file);
            foreach (var name in Asked().Matches(text).Select(asked => asked.Groups[1].Value).Distinct())
            {
                var of = statements
                    .Where(one => name.EndsWith('{') ? one.Name.StartsWith(name[..^1], StringComparison.Ordinal) : one.Name == name)
                    .ToList();
                if (!of.Exists(one => seen.Contains(one.Room)))
                {
                    yield return $"{room}/{Path.GetFileName(file)} asks for the statement {name}, which no room that it sees embeds";
                }
            }

            foreach (var path in Texts().Matches(text).Select(asked => asked.Groups[1].Value).Distinct())
            {
                if (!owners.Exists(owner => !owner.AreStatements && owner.Holds(path) && seen.Contains(owner.Room)))
                {
                    yield return $"{room}/{Path.GetFileName(file)} asks for sql/{path}, which no room that it sees embeds";
                }
            }
        }
    }

    static IEnumerable<Owner> Embedded(string room, string project) =>
        Includes()
            .Matches(File.ReadAllText(project))
            .Select(include => new Owner(
                room,
                include.Groups[1].Value,
                include.Groups[2].Value.StartsWith("statement/", StringComparison.Ordinal)
            ));

    sealed record Owner(string Room, string Place, bool AreStatements)
    {
        public bool Holds(string file) => file == Place || (!Place.Contains('.') && file.StartsWith($"{Place}/", StringComparison.Ordinal));
    }

    [GeneratedRegex("""Include="\.\./\.\./sql/([^*"]+?)(?:/\*\*[^"]*)?" LogicalName="([^"]+)""")]
    private static partial Regex Includes();

    [GeneratedRegex("""(?:(?<!\brows)\.Statement\(|\b[bB]atch\.Add\(|CopiedBytes\.ReadAsync\(\s*connection,)\s*\$?"([a-z_]+\{?)""")]
    private static partial Regex Asked();

    [GeneratedRegex("""Sql\.(?:Text|Files)\(\s*\$?"([a-z_./-]+)""")]
    private static partial Regex Texts();
}
