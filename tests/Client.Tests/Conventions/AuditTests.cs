using System.Diagnostics;

namespace DxyOrleans.Client.Tests.Conventions;

/// <summary>The audit of packages, with what the SDK answers played.</summary>
public sealed class AuditTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("dxy-audit-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(
        """echo '{"projects": [{"path": "a", "frameworks": [{"topLevelPackages": [{"id": "Bad", "resolvedVersion": "1.0", "vulnerabilities": [{"severity": "High"}]}]}]}]}'""",
        1,
        "Bad"
    )]
    [InlineData("""echo '{"projects": [{"path": "a"}]}'""", 0, "no package")]
    [InlineData("echo 'error: the source is away'; exit 1", 0, "could not be audited: error: the source is away")]
    public async Task A_known_vulnerability_fails_and_a_source_that_is_away_does_not(string answer, int code, string said)
    {
        var fake = Path.Combine(_folder, "dotnet");
        await File.WriteAllTextAsync(fake, $"#!/bin/sh\n{answer}\n");
        File.SetUnixFileMode(fake, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var start = new ProcessStartInfo(Path.Combine(Root(), ".ci", "audit"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PATH"] = $"{_folder}:{Environment.GetEnvironmentVariable("PATH")}";
        using var audit = Process.Start(start)!;
        var told = await audit.StandardOutput.ReadToEndAsync() + await audit.StandardError.ReadToEndAsync();
        await audit.WaitForExitAsync();
        Assert.Equal(code, audit.ExitCode);
        Assert.Contains(said, told, StringComparison.Ordinal);
    }

    static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "DxyOrleans.sln")))
        {
            folder = folder.Parent!;
        }

        return folder.FullName;
    }
}
