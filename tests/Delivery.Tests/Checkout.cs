using System.Xml.Linq;

namespace DxyOrleans.Delivery.Tests;

/// <summary>The checkout that these tests were built from.</summary>
static class Checkout
{
    /// <summary>Its folder.</summary>
    public static string Root { get; } = Find();

    /// <summary>The version that everything bears, read where it stands.</summary>
    public static string Version { get; } = XDocument.Load(At("Directory.Build.props")).Descendants("Version").Single().Value;

    public static string At(string path) => Path.Combine(Root, path);

    public static string Text(string path) => File.ReadAllText(At(path));

    /// <summary>The build's folder of a project, of the configuration that runs these tests.</summary>
    public static string Built(string project)
    {
        var mine = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
        return Path.Combine(mine.Parent!.Parent!.FullName, project, mine.Name);
    }

    static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DxyOrleans.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"DxyOrleans.sln is in no folder above {AppContext.BaseDirectory}");
    }
}
