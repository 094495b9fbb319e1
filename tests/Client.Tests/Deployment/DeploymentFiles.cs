namespace DxyOrleans.Client.Tests.Deployment;

/// <summary>What deploy/ holds, and what it has to agree with.</summary>
static class DeploymentFiles
{
    /// <summary>How long a silo takes at most to hand over what it holds: the host's shutdown timeout, read where it is set.</summary>
    public static int DrainSeconds { get; } =
        int.Parse(
            System
                .Text.RegularExpressions.Regex.Match(
                    File.ReadAllText(System.IO.Path.Combine(Root, "src/Silo/Hosting/SiloHost.cs")),
                    @"ShutdownTimeout = TimeSpan\.FromSeconds\((\d+)\)"
                )
                .Groups[1]
                .Value,
            System.Globalization.CultureInfo.InvariantCulture
        );

    static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(System.IO.Path.Combine(folder.FullName, "DxyOrleans.sln")))
            {
                folder = folder.Parent!;
            }

            return folder.FullName;
        }
    }

    public static string Path(string name) => System.IO.Path.Combine(Root, "deploy", name);

    public static string Text(string name) => File.ReadAllText(Path(name));
}
