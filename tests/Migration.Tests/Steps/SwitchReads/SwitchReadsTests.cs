using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Steps.SwitchReads;

public sealed class SwitchReadsTests(TestServer server)
{
    static readonly string[] All = [.. CopyRun.Copying, "switch/reads"];

    static Task<string?> ModeAsync(LegacyHost host) => host.TestHost.ValueAsync<string>("SELECT mode FROM dxy.route WHERE symbol = 'DXY'");

    [Fact]
    public async Task Readers_are_not_switched_while_the_tables_differ()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.DriveAsync(CopyRun.Steps(All), run => run.Step == "switch/reads");
        await host.TestHost.RunAsync(
            $"UPDATE public.data_bars SET close = close + 0.00000001, high = high + 0.00000001 WHERE canonical_symbol = 'DXY' AND "
                + $"ts_utc = '{TestHost.Minute(7)}'"
        );
        var run = await host.DriveAsync(CopyRun.Steps(All));
        Assert.Equal((RunState.Running, "switch/reads"), (run.State, run.Step));
        Assert.Equal("both", await ModeAsync(host));
        var gate = (await host.GatesAsync())["switch/verification"];
        Assert.Equal(GateVerdict.Fail, gate.Verdict);
        Assert.Contains("1 different", gate.Observed, StringComparison.Ordinal);

        await host.TestHost.RunAsync(
            $"UPDATE public.data_bars SET close = close - 0.00000001, high = high - 0.00000001 WHERE canonical_symbol = 'DXY' AND "
                + $"ts_utc = '{TestHost.Minute(7)}'"
        );
        await host.TestHost.RunAsync($"SELECT dxy.migrate_retry('{LegacyHost.Name}')");
        await host.DriveAsync(CopyRun.Steps(All));
        Assert.Equal("both_read_new", await ModeAsync(host));
    }

    [Fact]
    public async Task A_write_that_commits_between_the_verification_and_the_switch_is_verified_before_it()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.DriveAsync(CopyRun.Steps(All), run => run.Step == "switch/reads");
        await using var writer = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using var open = await writer.BeginTransactionAsync(TestHost.Token);
        await using (
            var write = new NpgsqlCommand(
                $"SELECT dxy.hold_route('DXY'); UPDATE public.data_bars SET close = close + 0.00000001, high = high + 0.00000001 WHERE "
                    + $"canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(7)}'",
                writer
            )
        )
        {
            await write.ExecuteNonQueryAsync(TestHost.Token);
        }

        var held = await host.DriveAsync(CopyRun.Steps(All));
        Assert.Equal(
            "equal",
            await host.TestHost.ValueAsync<string>("SELECT state FROM dxy.verification WHERE scope = 'full' ORDER BY id DESC LIMIT 1")
        );
        Assert.Equal((RunState.Running, "both"), (held.State, await ModeAsync(host)));

        await open.CommitAsync(TestHost.Token);
        await host.DriveAsync(CopyRun.Steps(All));
        Assert.Equal("both", await ModeAsync(host));
        Assert.Contains("1 different", (await host.GatesAsync())["switch/verification"].Observed, StringComparison.Ordinal);
    }
}
