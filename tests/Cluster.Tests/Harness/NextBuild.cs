using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace DxyOrleans.Cluster.Tests.Harness;

/// <summary>
/// The silo as a build of tomorrow: the sources copied elsewhere, the contract raised by one with a method and a field more, the schema's
/// version raised by one with a function more, and built there.
/// </summary>
public sealed class NextBuild : IDisposable
{
    static readonly string[] Copied =
    [
        "src",
        "sql",
        "BannedSymbols.txt",
        "Directory.Build.props",
        "Directory.Packages.props",
        "global.json",
        ".editorconfig",
    ];

    readonly string _folder = Directory.CreateTempSubdirectory("dxy-next-build-").FullName;

    NextBuild() { }

    /// <summary>The program's file.</summary>
    public string Program => Path.Combine(_folder, "artifacts/bin/DxyOrleans.Silo/debug/dxy-silo.dll");

    public static async Task<NextBuild> MakeAsync(string dotnet, CancellationToken cancellation)
    {
        var next = new NextBuild();
        var root = Root();
        foreach (var name in Copied)
        {
            Copy(Path.Combine(root, name), Path.Combine(next._folder, name));
        }

        next.Change();
        var start = new ProcessStartInfo(
            dotnet,
            [
                "build",
                Path.Combine(next._folder, "src/Silo"),
                "-c",
                "Debug",
                "-p:RunAnalyzers=false",
                "-p:GenerateDocumentationFile=false",
                "-nologo",
                "-v",
                "quiet",
            ]
        )
        {
            RedirectStandardOutput = true,
            WorkingDirectory = next._folder,
        };
        using var build = Process.Start(start)!;
        var said = await build.StandardOutput.ReadToEndAsync(cancellation);
        await build.WaitForExitAsync(cancellation);
        Assert.True(build.ExitCode == 0, $"The build of tomorrow failed:\n{said}");
        return next;
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    void Change()
    {
        Replace("src/Abstractions/Contract.cs", "Version = 1;", "Version = 2;");
        Replace(
            "src/Abstractions/IBarGrain.cs",
            "IBarGrain : IGrainWithStringKey\n{",
            "IBarGrain : IGrainWithStringKey\n{\n[Alias(\"Tomorrow\")] Task<string> TomorrowAsync();\n"
        );
        Replace(
            "src/Abstractions/Messages.cs",
            "[property: Id(4)] ImmutableArray<RefusedBar> Refused);",
            "[property: Id(4)] ImmutableArray<RefusedBar> Refused, [property: Id(5)] string StoredBy = \"tomorrow\");"
        );
        Replace(
            "src/Abstractions/Messages.cs",
            "[property: Id(1)] string Source);",
            "[property: Id(1)] string Source, [property: Id(2)] string? Tomorrow = null);"
        );
        File.WriteAllText(
            Path.Combine(_folder, "src/Grains/Bars/Tomorrow.cs"),
            "namespace DxyOrleans.Grains.Bars;\npublic sealed partial class BarGrain { public Task<string> TomorrowAsync() => "
                + "Task.FromResult(\"tomorrow\"); }\n"
        );

        var versions = Path.Combine(_folder, "sql/version/versions.txt");
        var number = File.ReadAllLines(versions).Length + 1;
        File.AppendAllText(versions, string.Create(CultureInfo.InvariantCulture, $"{number} {number - 1} 000000000000\n"));
        File.AppendAllText(
            Path.Combine(_folder, "sql/functions/time/timeframe.sql"),
            "\nCREATE OR REPLACE FUNCTION dxy.tomorrow() RETURNS text LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$ SELECT "
                + "'tomorrow' $$;\n"
        );
    }

    void Replace(string file, string old, string by)
    {
        var path = Path.Combine(_folder, file);
        var text = File.ReadAllText(path);
        Assert.Contains(old, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(old, by, StringComparison.Ordinal));
    }

    static void Copy(string from, string to)
    {
        if (File.Exists(from))
        {
            File.Copy(from, to);
            return;
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    static string Root([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../.."));
}
