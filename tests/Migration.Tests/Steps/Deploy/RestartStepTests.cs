using System.Collections.Immutable;
using DxyOrleans.Core.Gates;
using DxyOrleans.Membership;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps.Deploy;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Steps.Deploy;

public sealed class RestartStepTests(TestServer server)
{
    static readonly RestartStep Step = new();

    [Fact]
    public async Task With_no_silo_in_the_cluster_it_is_done_and_says_so()
    {
        await using var host = await OpenAsync();
        await MemberAsync(host, 11111, 100, active: false);
        await host.TestHost.RunAsync("UPDATE dxy_orleans.cluster_member SET alive_time = clock_timestamp() - interval '1 hour'");

        var run = await host.DriveAsync([Step], accept: false);

        Assert.Equal(RunState.Completed, run.State);
        Assert.Contains("no silo", (await host.GatesAsync())["deploy/restart"].Observed, StringComparison.Ordinal);
        Assert.Equal(0, await host.TestHost.CountAsync("dxy.restart"));
    }

    [Fact]
    public async Task A_silo_is_alive_for_as_long_as_the_console_takes_it_to_be()
    {
        await using var host = await OpenAsync();
        await MemberAsync(host, 11111, 100);
        await MemberAsync(host, 11112, 100);
        await MemberAsync(host, 11113, 100);
        await host.TestHost.RunAsync(
            $"""
            UPDATE dxy_orleans.cluster_member SET alive_time = clock_timestamp() - interval '{Heartbeat.Fresh.TotalSeconds
                + 1} seconds' WHERE port = 11111;
            UPDATE dxy_orleans.cluster_member SET alive_time = clock_timestamp() - interval '1 hour',
              seen_at = clock_timestamp() - interval '{Heartbeat.Fresh.TotalSeconds
                - 5} seconds' WHERE port = 11112;
            UPDATE dxy_orleans.cluster_member SET alive_time = clock_timestamp() + interval '1 hour',
              seen_at = clock_timestamp() - interval '{Heartbeat.Fresh.TotalSeconds
                + 1} seconds' WHERE port = 11113
            """
        );

        var plan = await Step.PlanAsync(
            new RunContext(await host.RunAsync(), ImmutableDictionary<string, RunStep>.Empty, host.Data, host.RealTime),
            TestHost.Token
        );
        Assert.StartsWith("1 silos restart one after the other: 127.0.0.1:11112", plan[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silos_are_asked_one_at_a_time_each_after_the_one_before_is_back_and_the_newest_bar_is_there()
    {
        await using var host = await OpenAsync();
        await MemberAsync(host, 11111, 100);
        await MemberAsync(host, 11112, 100);

        await host.DriveAsync([Step], accept: false);
        Assert.Equal(["127.0.0.1:11111@100"], await AskedAsync(host));
        Assert.Contains("has not stopped", await WaitsForAsync(host), StringComparison.Ordinal);

        await host.TestHost.RunAsync("UPDATE dxy_orleans.cluster_member SET status = 6 WHERE port = 11111");
        await host.DriveAsync([Step], accept: false);
        Assert.Contains("not in the cluster again", await WaitsForAsync(host), StringComparison.Ordinal);

        // A minute of the pairs comes while the silo restarts: it has to be derived before the next one's turn.
        await host.TestHost.RunAsync(LegacyTables.Fx(300, 1));
        await MemberAsync(host, 11111, 200);
        await host.DriveAsync([Step], accept: false);
        Assert.Contains("bar of 2024-03-04T13:00:00Z is not stored", await WaitsForAsync(host), StringComparison.Ordinal);
        Assert.Equal(["127.0.0.1:11111@100"], await AskedAsync(host));

        await host.WriteLegacyAsync(300, 1, fx: false);
        await host.DriveAsync([Step], accept: false);
        Assert.Equal(["127.0.0.1:11112@100"], await AskedAsync(host));

        await host.TestHost.RunAsync("UPDATE dxy_orleans.cluster_member SET status = 6 WHERE port = 11112");
        await MemberAsync(host, 11112, 201);
        var run = await host.DriveAsync([Step], accept: false);
        Assert.Equal(RunState.Completed, run.State);
        Assert.Empty(await AskedAsync(host));
        var gate = (await host.GatesAsync())["deploy/restart"];
        Assert.Equal((GateVerdict.Pass, "2 silos restarted, one after the other"), (gate.Verdict, gate.Observed));
        Assert.Equal(
            ["silo asked to restart", "silo restarted", "silo asked to restart", "silo restarted"],
            await host.TestHost.TextsAsync("SELECT kind FROM dxy.run_event WHERE kind LIKE 'silo %' ORDER BY seq")
        );
    }

    [Theory]
    [InlineData("begun")]
    [InlineData("written")]
    [InlineData("committed")]
    public async Task Killed_anywhere_it_asks_each_silo_once(string point)
    {
        await using var host = await OpenAsync();
        await MemberAsync(host, 11111, 100);
        var killed = 0;
        for (var attempt = 0; attempt < 6; attempt++)
        {
            try
            {
                await host.DriveAsync([Step], accept: false, interrupt: (at, _) =>
                    at == $"deploy/restart:{point}" && killed++ < 4 ? throw new OperationCanceledException() : Task.CompletedTask
                );
            }
            catch (OperationCanceledException)
            {
                // The process is gone; another takes the run up.
            }
        }

        Assert.Equal(["127.0.0.1:11111@100"], await AskedAsync(host));
        await host.TestHost.RunAsync("DELETE FROM dxy_orleans.cluster_member");
        await MemberAsync(host, 11111, 200);
        var run = await host.DriveAsync([Step], accept: false);

        Assert.Equal(RunState.Completed, run.State);
        Assert.Equal("the one silo restarted; what fell due meanwhile is stored", (await host.GatesAsync())["deploy/restart"].Observed);
        Assert.Equal(1, await host.TestHost.CountAsync("dxy.run_event WHERE kind = 'silo asked to restart'"));
    }

    [Fact]
    public async Task Rolled_back_while_a_silo_is_asked_it_takes_the_request_back()
    {
        await using var host = await OpenAsync();
        await MemberAsync(host, 11111, 100);
        await host.DriveAsync([Step], accept: false);

        await host.RollBackAsync();
        var run = await host.DriveAsync([Step], accept: false);

        Assert.Equal(RunState.RolledBack, run.State);
        Assert.Empty(await AskedAsync(host));
    }

    async Task<LegacyHost> OpenAsync()
    {
        var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Registered = true });
        await host.StartAsync();
        return host;
    }

    // 3 is Active, 6 is Dead.
    static async Task MemberAsync(LegacyHost host, int port, int generation, bool active = true) =>
        await host.TestHost.RunAsync(
            $"""
            INSERT INTO dxy_orleans.cluster_version (deployment_id) VALUES ('dxy') ON CONFLICT DO NOTHING;
            INSERT INTO dxy_orleans.cluster_member (deployment_id, address, port, generation, silo_name, host_name, status, proxy_port,
              start_time, alive_time)
            VALUES ('dxy', '127.0.0.1', {port}, {generation}, 'silo', 'host', {(
                active ? 3 : 6
            )}, 30000, clock_timestamp(), clock_timestamp())
            """
        );

    static Task<List<string>> AskedAsync(LegacyHost host) => host.TestHost.TextsAsync("SELECT silo FROM dxy.restart ORDER BY silo");

    static async Task<string> WaitsForAsync(LegacyHost host) => (await host.GatesAsync())["deploy/restart"].Observed;
}
