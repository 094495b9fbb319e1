using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using DxyOrleans.Client.LocalCluster;
using DxyOrleans.EmbeddedPostgres;
using DxyOrleans.Testing;

namespace DxyOrleans.Client.Tests.Processes;

/// <summary>
/// What the console makes of silos whose processes are not at work. The processes are real, only not silos: whether one is alive, stopped,
/// unreaped or another's is the system's word, and whether it works is what it answers.
/// </summary>
public sealed class SiloProcessTests(TestServer server)
{
    static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_stopped_silo_is_not_up_already_and_up_says_which_process_it_is_at_once()
    {
        await using var dxy = await OnAsync();
        using var process = LiveProcess.Start();
        Record(dxy, process.Identity);
        LiveProcess.Signal(process.Pid, LiveProcess.Stop);
        await StoppedAsync(process.Pid);

        var (up, took) = await TimedAsync(dxy, "up");

        Assert.Equal(3, up.Code);
        Assert.Contains($"silo-1 (process {process.Pid}) was stopped by a signal", up.Error, StringComparison.Ordinal);
        Assert.InRange(took, TimeSpan.Zero, AtOnce);
        Assert.True(process.IsAlive);
    }

    [Fact]
    public async Task A_silo_that_took_connections_once_and_answers_no_more_is_not_up_already()
    {
        await using var dxy = await OnAsync();
        using var process = LiveProcess.Start();
        using var deaf = new TcpListener(IPAddress.Loopback, 0);
        deaf.Start();
        var record = Record(dxy, process.Identity, httpPort: ((IPEndPoint)deaf.LocalEndpoint).Port);
        dxy.Write(
            Path.GetRelativePath(dxy.Folder, record.LogFile(Home(dxy))),
            "2026-01-05T10:00:00.000Z info: Microsoft.Hosting.Lifetime[14] Now listening on: http://127.0.0.1\n"
        );

        var up = await dxy.RunAsync("up");

        Assert.Equal(3, up.Code);
        Assert.Contains("doesn't answer", up.Error, StringComparison.Ordinal);
        Assert.Contains("./dxy down", up.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_that_answers_that_it_cannot_work_is_told_with_its_reason_within_seconds()
    {
        await using var dxy = await OnAsync();
        using var process = LiveProcess.Start();
        await using var silo = Answering.Start("503 Service Unavailable", "Unhealthy: public.data_bars lacks the column close");
        Record(dxy, process.Identity, httpPort: silo.Port);

        var (up, took) = await TimedAsync(dxy, "up");

        Assert.Equal(3, up.Code);
        Assert.Contains("public.data_bars lacks the column close", up.Error, StringComparison.Ordinal);
        Assert.InRange(took, TimeSpan.Zero, AtOnce * 2);
        Assert.Contains("public.data_bars lacks the column close", (await dxy.RunAsync("health")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task No_proxy_is_asked_for_a_silo_of_this_machine()
    {
        using var process = LiveProcess.Start();
        await using var silo = Answering.Start("200 OK", "Healthy");
        var before = HttpClient.DefaultProxy;
        try
        {
            HttpClient.DefaultProxy = new WebProxy("http://127.0.0.1:1");
            using var probe = new SiloProbe(AtOnce);
            var found = await probe.AskAsync(
                new SiloRecord(1, process.Identity, 1, 1, "127.0.0.1", silo.Port, "none", null),
                TestContext.Current.CancellationToken
            );
            Assert.Equal(SiloState.Ready, found.State);
        }
        finally
        {
            HttpClient.DefaultProxy = before;
        }
    }

    [Fact]
    public async Task A_number_that_another_program_has_by_now_is_nobody_of_ours_and_is_never_signalled()
    {
        await using var dxy = await OnAsync();
        using var process = LiveProcess.Start();
        var identity = process.Identity;
        Record(dxy, identity with { Start = identity.Start - 1 }, number: 1);
        Record(dxy, identity with { Boot = "a machine before it was started again" }, number: 2);

        var down = await dxy.RunAsync("down");

        Assert.Equal(0, down.Code);
        Assert.Contains("nothing was running", down.Out, StringComparison.Ordinal);
        Assert.True(process.IsAlive);
        Assert.Empty(Directory.EnumerateFiles(SiloRecord.RunFolder(Home(dxy)), "silo-*"));
    }

    [Fact]
    public async Task A_silo_that_died_and_was_not_reaped_is_gone()
    {
        await using var dxy = await OnAsync();
        var (parent, child) = await LiveProcess.UnreapedAsync();
        using (parent)
        {
            Record(dxy, child);
            var (down, took) = await TimedAsync(dxy, "down");

            Assert.Contains("nothing was running", down.Out, StringComparison.Ordinal);
            Assert.InRange(took, TimeSpan.Zero, AtOnce);
        }
    }

    [Fact]
    public async Task Down_ends_a_stopped_silo_in_order()
    {
        await using var dxy = await OnAsync();
        var left = Path.Combine(dxy.Folder, "left");
        using var process = await DeafAsync(dxy, $"'echo bye >{left}; exit'");
        Record(dxy, process.Identity);
        LiveProcess.Signal(process.Pid, LiveProcess.Stop);
        await StoppedAsync(process.Pid);

        var (down, took) = await TimedAsync(dxy, "down");

        Assert.Contains("stopped 1 silo", down.Out, StringComparison.Ordinal);
        Assert.True(File.Exists(left), "it was let go on and heard that it was to end");
        Assert.InRange(took, TimeSpan.Zero, AtOnce);
    }

    [Fact]
    public async Task Down_takes_less_than_5_s_where_the_database_is_gone()
    {
        await using var dxy = await OnAsync();
        using var process = await DeafAsync(dxy, "''");
        Record(dxy, process.Identity, database: "dxy@127.0.0.1:1/dxy");

        var (down, took) = await TimedAsync(dxy, "down");

        Assert.Contains("stopped 1 silo", down.Out, StringComparison.Ordinal);
        Assert.Contains("its database is away", down.Error, StringComparison.Ordinal);
        Assert.InRange(took, TimeSpan.Zero, AtOnce);
    }

    [Fact]
    public async Task A_silo_that_an_earlier_build_started_is_found_by_when_it_began()
    {
        await using var dxy = await OnAsync();
        using var process = LiveProcess.Start();
        using var same = Process.GetProcessById(process.Pid);
        foreach (var (number, began) in ((int, DateTime)[])[(1, same.StartTime), (2, same.StartTime.AddMinutes(-1))])
        {
            dxy.Write(
                $"home/run/silo-{number}.json",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $$"""
                    {"number":{{number}},"pid":{{process.Pid}},"started_at":{{began.ToUniversalTime().Ticks}},"silo_port":11111,"gateway_port":30000,"http_port":8080,"feed":"none"}
                    """
                )
            );
        }

        Assert.Equal([true, false], SiloRecord.All(Home(dxy)).Select(silo => silo.IsThere));
    }

    async Task<Dxy> OnAsync()
    {
        var dxy = await Dxy.OnAsync(server);
        dxy.Variables["DXY_HOME"] = Home(dxy);
        return dxy;
    }

    // A process that does that when it is asked to end, and has come so far as to listen.
    static async Task<LiveProcess> DeafAsync(Dxy dxy, string trap)
    {
        var listens = Path.Combine(dxy.Folder, "listens");
        var process = LiveProcess.Start($"trap {trap} TERM; echo yes >{listens}; while :; do sleep 0.05; done");
        while (!File.Exists(listens))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }

        return process;
    }

    static string Home(Dxy dxy) => Path.Combine(dxy.Folder, "home");

    static SiloRecord Record(Dxy dxy, ProcessIdentity process, int number = 1, int httpPort = 1, string? database = null)
    {
        var record = new SiloRecord(number, process, 1, 1, "127.0.0.1", httpPort, "none", database);
        record.Save(Home(dxy));
        return record;
    }

    static async Task<(Called Called, TimeSpan Took)> TimedAsync(Dxy dxy, params string[] arguments)
    {
        var began = Stopwatch.GetTimestamp();
        var called = await dxy.RunAsync(arguments);
        return (called, Stopwatch.GetElapsedTime(began));
    }

    static async Task StoppedAsync(int pid)
    {
        while (ProcessIdentity.Of(pid)!.Condition != ProcessCondition.Stopped)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }
}
