namespace DxyOrleans.EmbeddedPostgres;

/// <summary>One name for one folder: a home reached through a link must not look like another home.</summary>
internal static class RealPath
{
    /// <summary>The absolute path with every link in it followed; parts that don't exist yet are kept as they are.</summary>
    public static string Of(string path)
    {
        var real = "/";
        foreach (var part in Path.GetFullPath(path).Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            var next = new DirectoryInfo(Path.Combine(real, part));
            // The target of a link may run through further links.
            real = next.LinkTarget is null ? next.FullName : Of(Path.Combine(real, next.LinkTarget));
        }

        return real;
    }
}
