using System.Reflection;

namespace DxyOrleans.Delivery.Tests;

/// <summary>Our own assemblies, as silo and console were built with them.</summary>
static class Assemblies
{
    /// <summary>Each once, by name.</summary>
    public static IReadOnlyList<Assembly> Ours { get; } = Load();

    static List<Assembly> Load()
    {
        string[] folders = [Checkout.Built("DxyOrleans.Silo"), Checkout.Built("DxyOrleans.Client")];
        AppDomain.CurrentDomain.AssemblyResolve += (_, wanted) =>
            folders.Select(folder => Path.Combine(folder, new AssemblyName(wanted.Name).Name + ".dll")).FirstOrDefault(File.Exists)
                is { } file
                ? Assembly.LoadFrom(file)
                : null;
        return
        [
            .. folders
                .SelectMany(folder => Directory.EnumerateFiles(folder, "*.dll"))
                .Where(file =>
                    Path.GetFileName(file).StartsWith("DxyOrleans.", StringComparison.Ordinal)
                    || Path.GetFileName(file) is "dxy-silo.dll" or "dxy-console.dll"
                )
                .GroupBy(Path.GetFileName)
                .Select(same => Assembly.LoadFrom(same.First())),
        ];
    }
}
