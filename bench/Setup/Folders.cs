namespace DxyOrleans.Bench.Setup;

/// <summary>Where things are.</summary>
internal static class Folders
{
    /// <summary>The checkout: said by <c>./dxy</c>, else the folder above this program that holds the solution.</summary>
    public static string Root { get; } =
        Environment.GetEnvironmentVariable("DXY_ROOT") is { Length: > 0 } said ? said : Above(AppContext.BaseDirectory);

    /// <summary>The silo's program, built along with this one.</summary>
    public static string Silo => Path.Combine(Root, "artifacts", "bin", "DxyOrleans.Silo", "release", "dxy-silo.dll");

    /// <summary>The console's program, built along with this one.</summary>
    public static string Console => Path.Combine(Root, "artifacts", "bin", "DxyOrleans.Client", "release", "dxy-console.dll");

    /// <summary>The benchmarks that need no database.</summary>
    public static string Pure => Path.Combine(Root, "artifacts", "bin", "DxyOrleans.Bench.Pure", "release", "dxy-bench-pure.dll");

    /// <summary>Three months of real 1-minute bars, where somebody put them.</summary>
    public static string RealBars => Path.Combine(Root, "..", "shared", "data", "fx-1m-2019q4");

    static string Above(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "DxyOrleans.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"There is no DxyOrleans.sln above {start}; set DXY_ROOT to the checkout.");
    }
}
