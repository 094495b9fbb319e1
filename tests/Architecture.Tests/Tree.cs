namespace DxyOrleans.Architecture.Tests;

/// <summary>The folder that these sources were built in.</summary>
static class Tree
{
    public static string Root { get; } = Find();

    static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "DxyOrleans.sln")))
        {
            folder = folder.Parent
                ?? throw new InvalidOperationException($"DxyOrleans.sln is in no folder above {AppContext.BaseDirectory}.");
        }

        return folder.FullName;
    }
}
