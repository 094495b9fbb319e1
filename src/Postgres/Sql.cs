using System.Collections.Concurrent;
using System.Reflection;

namespace DxyOrleans.Postgres;

/// <summary>The statements of the folder <c>sql/</c>, embedded: the only copy of each.</summary>
public static class Sql
{
    static readonly Assembly Assembly = typeof(Sql).Assembly;
    static readonly ConcurrentDictionary<string, string> Texts = new();

    /// <summary>One statement of <c>sql/statements/</c>, by its name without ending.</summary>
    public static string Statement(string name) => Text($"statements/{name}.sql");

    /// <summary>One file of <c>sql/</c>, by its path in it.</summary>
    /// <exception cref="ArgumentException">There is no such file.</exception>
    public static string Text(string path) => Texts.GetOrAdd(path, static path =>
        {
            using var stream = Assembly.GetManifestResourceStream($"sql/{path}")
                ?? throw new ArgumentException($"sql/{path} is not among the embedded files.", nameof(path));
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        });

    /// <summary>The paths of all files below a folder of <c>sql/</c>, in ordinal order.</summary>
    public static IReadOnlyList<string> Files(string folder) =>
        [
            .. Assembly
                .GetManifestResourceNames()
                .Where(name => name.StartsWith($"sql/{folder}/", StringComparison.Ordinal))
                .Select(name => name["sql/".Length..])
                .Order(StringComparer.Ordinal),
        ];
}
