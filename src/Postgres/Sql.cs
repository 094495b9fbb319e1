using System.Collections.Concurrent;
using System.Reflection;

namespace DxyOrleans.Postgres;

/// <summary>
/// The files of the folder <c>sql/</c>, the only copy of each, embedded by the rooms that ask for them: statements by their names, which
/// are of one file each, whatever is installed or put together by its path. What no room has that the program consists of isn't there.
/// </summary>
public static class Sql
{
    static readonly ConcurrentDictionary<string, string> Texts = new();

    // Those that were there at the last look; another look is taken only for what they don't have.
    static volatile List<Assembly> _rooms = [];

    /// <summary>One statement of a room, by its file's name without folder and ending.</summary>
    /// <exception cref="ArgumentException">No room has such a statement.</exception>
    public static string Statement(string name) => Resource($"statement/{name}");

    /// <summary>One file of <c>sql/</c>, by its path in it.</summary>
    /// <exception cref="ArgumentException">No room has such a file.</exception>
    public static string Text(string path) => Resource($"sql/{path}");

    /// <summary>The paths of all files below a folder of <c>sql/</c>, in ordinal order; none where no room has it.</summary>
    public static IReadOnlyList<string> Files(string folder) => [.. Names($"sql/{folder}/").Select(name => name["sql/".Length..])];

    /// <summary>The names of all statements of the program's rooms, in ordinal order.</summary>
    public static IReadOnlyList<string> Statements => [.. Names("statement/").Select(name => name["statement/".Length..])];

    static string Resource(string name) => Texts.GetOrAdd(name, static name =>
        {
            using var stream = Find(_rooms, name)
                ?? Find(_rooms = Rooms(), name)
                ?? throw new ArgumentException($"{name} is embedded by no room of this program.", nameof(name));
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        });

    static Stream? Find(List<Assembly> rooms, string name) =>
        rooms.Select(room => room.GetManifestResourceStream(name)).FirstOrDefault(found => found is not null);

    static IEnumerable<string> Names(string beginning) =>
        Rooms()
            .SelectMany(room => room.GetManifestResourceNames())
            .Where(name => name.StartsWith(beginning, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    // A room that is referred to may not be loaded yet: the runtime loads one when its first type is met, which may be after its first
    // statement is asked for.
    static List<Assembly> Rooms()
    {
        var rooms = AppDomain.CurrentDomain.GetAssemblies().Where(assembly => IsOurs(assembly.GetName())).ToList();
        var names = rooms.Select(room => room.GetName().Name).ToHashSet(StringComparer.Ordinal);
        for (var n = 0; n < rooms.Count; n++)
        {
            foreach (var other in rooms[n].GetReferencedAssemblies().Where(other => IsOurs(other) && names.Add(other.Name)))
            {
                rooms.Add(Assembly.Load(other));
            }
        }

        return rooms;
    }

    static bool IsOurs(AssemblyName name) =>
        name.Name is { } text
        && (text.StartsWith("DxyOrleans.", StringComparison.Ordinal) || text.StartsWith("dxy-", StringComparison.Ordinal));
}
