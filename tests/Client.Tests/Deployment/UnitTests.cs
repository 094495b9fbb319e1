using System.Diagnostics;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Deployment;

public sealed class UnitTests
{
    [Fact]
    public async Task Systemd_finds_nothing_wrong_with_the_unit()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/systemd-analyze"), "systemd-analyze isn't here");
        var folder = TestFolder.Make();
        try
        {
            // Its programs need not be installed here.
            var unit = Path.Combine(folder, "dxy-silo.service");
            await File.WriteAllTextAsync(
                unit,
                DeploymentFiles
                    .Text("systemd/dxy-silo.service")
                    .Replace("/usr/bin/dotnet /opt/dxy/dxy-silo.dll", "/bin/true", StringComparison.Ordinal),
                TestContext.Current.CancellationToken
            );
            using var verify = Process.Start(
                new ProcessStartInfo("/usr/bin/systemd-analyze", ["verify", "--man=no", unit])
                {
                    RedirectStandardError = true,
                    RedirectStandardOutput = true,
                }
            )!;
            var said = await verify.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            await verify.WaitForExitAsync(TestContext.Current.CancellationToken);
            // Two settings that systemd knows from 254 on and an older one passes over, saying so.
            Assert.DoesNotContain(said.Split('\n'), line =>
                line.Contains("dxy-silo", StringComparison.Ordinal)
                && !line.Contains("Unknown key 'RestartSteps'", StringComparison.Ordinal)
                && !line.Contains("Unknown key 'RestartMaxDelaySec'", StringComparison.Ordinal)
            );
            Assert.Equal(0, verify.ExitCode);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_unit_starts_the_silo_anew_when_a_migration_asks_and_not_when_a_setting_is_wrong_and_lets_it_end()
    {
        var lines = DeploymentFiles.Text("systemd/dxy-silo.service").Split('\n');
        Assert.Contains("RestartForceExitStatus=75", lines);
        Assert.Contains("RestartPreventExitStatus=2", lines);
        Assert.Contains(lines, line => line.Contains("DXY_RESTART=exit", StringComparison.Ordinal));
        var stop = int.Parse(
            lines.Single(line => line.StartsWith("TimeoutStopSec=", StringComparison.Ordinal))["TimeoutStopSec=".Length..],
            System.Globalization.CultureInfo.InvariantCulture
        );
        Assert.InRange(stop, DeploymentFiles.DrainSeconds + 10, 300);
    }
}
