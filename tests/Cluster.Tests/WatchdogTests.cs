using System.Diagnostics;
using DxyOrleans.Cluster.Tests.Harness;

namespace DxyOrleans.Cluster.Tests;

public sealed class WatchdogTests
{
    [Fact(Timeout = 30_000)]
    public async Task However_often_the_end_of_a_silo_is_told_the_watchdog_ends_with_its_pipe_and_kills_only_what_is_left()
    {
        var token = TestContext.Current.CancellationToken;
        using var left = Process.Start("/bin/sleep", "600");
        using var ended = Process.Start("/bin/sleep", "600");
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", Watchdog.Script]) { RedirectStandardInput = true })!;
        try
        {
            await shell.StandardInput.WriteLineAsync($"+{left.Id}\n+{ended.Id}");
            for (var times = 0; times < 200; times++)
            {
                await shell.StandardInput.WriteLineAsync($"-{ended.Id}");
            }

            shell.StandardInput.Close();
            await shell.WaitForExitAsync(token);
            await left.WaitForExitAsync(token);
            Assert.False(ended.HasExited);
        }
        finally
        {
            shell.Kill();
            left.Kill();
            ended.Kill();
        }
    }
}
