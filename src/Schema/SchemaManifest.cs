namespace DxyOrleans.Schema;

/// <summary>What <c>sql/install.txt</c> says: which scripts are installed, in which order, and what databases of before remember them
/// by.</summary>
static class SchemaManifest
{
    public const string Path = "install.txt";

    /// <summary>A line of it.</summary>
    /// <param name="Kind">Whether it runs once or is renewed.</param>
    /// <param name="File">The script, by its path in <c>sql/</c>.</param>
    /// <param name="AfterTables">Whether it runs once the host's tables are there, and may refer to them.</param>
    public sealed record Entry(ScriptKind Kind, string File, bool AfterTables);

    /// <summary>All scripts in the order they run.</summary>
    public static IReadOnlyList<Entry> Entries { get; }

    /// <summary>The names of files that have moved, and where each stands now.</summary>
    public static IReadOnlyDictionary<string, string> Moved { get; }

    static SchemaManifest()
    {
        var (entries, moved) = Parse(Sql.Text(Path));
        (Entries, Moved) = (entries, moved);
    }

    /// <summary>The name that a journal's line has today: the file's where it has moved, and the fingerprint after it as it was.</summary>
    public static string Today(string journaled)
    {
        var file = journaled.Split('@')[0];
        return Moved.TryGetValue(file, out var now) ? now + journaled[file.Length..] : journaled;
    }

    /// <exception cref="FormatException">A line is none of a manifest's.</exception>
    public static (IReadOnlyList<Entry> Entries, IReadOnlyDictionary<string, string> Moved) Parse(string text)
    {
        var (entries, moved, afterTables) = (new List<Entry>(), new Dictionary<string, string>(StringComparer.Ordinal), false);
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            switch (line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                case ["#", ..]:
                    break;
                case ["tables"]:
                    afterTables = true;
                    break;
                case [var kind, var file, .. var rest] when Enum.TryParse<ScriptKind>(kind, ignoreCase: true, out var known):
                    entries.Add(new Entry(known, file, afterTables));
                    if (rest is ["was", var before])
                    {
                        moved.Add(before, file);
                    }
                    else if (rest.Length > 0)
                    {
                        throw Fault(line);
                    }

                    break;
                default:
                    throw Fault(line);
            }
        }

        return (entries, moved);
    }

    static FormatException Fault(string line) => new($"sql/{Path} has a line that can't be read: '{line}'.");
}

/// <summary>How often a script runs.</summary>
enum ScriptKind
{
    /// <summary>Once in a database's life.</summary>
    Once,

    /// <summary>Whenever its text, brought to the host's tables, is another than what ran.</summary>
    Renewed,

    /// <summary>As it is written, and whenever any other script's text is another.</summary>
    Rights,
}
