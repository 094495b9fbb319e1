using System.IO.Enumeration;

namespace DxyOrleans.Feeds.Files;

/// <summary>From what a person names to the files it means.</summary>
public static class BarFilePaths
{
    static readonly string[] Endings = [".csv", ".txt", ".gz", ".zip", ".json", ".bi5"];
    static readonly EnumerationOptions Deep = new() { RecurseSubdirectories = true, MaxRecursionDepth = 16 };

    /// <summary>Files as they are named, folders as all bar files in them (by ending, sorted by name, deep); each file once.</summary>
    /// <exception cref="FileNotFoundException">A path that isn't there, or a folder without a bar file.</exception>
    public static IReadOnlyList<string> Expand(IEnumerable<string> paths)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return [.. paths.SelectMany(Files).Where(file => seen.Add(Path.GetFullPath(file)))];
    }

    static IEnumerable<string> Files(string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        if (!Directory.Exists(path))
        {
            throw new FileNotFoundException($"There is no file or folder '{path}'.", path);
        }

        // Links to folders are not followed: they may lead round in circles.
        var files = new FileSystemEnumerable<string>(path, (ref entry) => entry.ToSpecifiedFullPath(), Deep)
        {
            ShouldIncludePredicate = (ref entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        }
            .Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .ToList();
        return files.Count > 0
            ? files
            : throw new FileNotFoundException($"The folder '{path}' holds no bar file ({string.Join(", ", Endings)}).", path);
    }
}
