using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Steps.Copy;

public sealed class CopyVerifyTests(TestServer server)
{
    static readonly string[] All = [.. CopyRun.Copying, "copy/verify"];

    [Fact]
    public async Task What_the_copy_can_mend_is_copied_again_by_itself()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.DriveAsync(CopyRun.Steps(All), run => run.Step == "copy/verify");
        await host.TestHost.RunAsync(
            $"DELETE FROM public.data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(7)}'; UPDATE "
                + $"public.derived_data_bars SET close = 99, low = 99 WHERE timeframe = '1m' AND ts_utc = '{TestHost.Minute(8)}'"
        );
        await host.DriveAsync(CopyRun.Steps(All), run => run.WaitingSince is not null);
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
        Assert.Equal(0, await host.UnequalAsync());
        Assert.Equal(1, await host.CountAsync("dxy.run_event WHERE kind = 'copied again'"));
        Assert.Equal(GateVerdict.Pass, (await host.GatesAsync())["copy/verification"].Verdict);
    }

    [Fact]
    public async Task What_it_cannot_mend_fails_the_gate_and_a_retry_looks_and_copies_again()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.DriveAsync(CopyRun.Steps(All), run => run.Step == "copy/verify");
        // A bar of ours that the old table never had; another program's would have been a conflict.
        await host.TestHost.RunAsync(
            $$"""
            INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, raw)
            VALUES ('DXY', '1m', '{{TestHost.Minute(-5)}}', 9, 9, 9, 9, 'synthetic', '{"inputs": {} }')
            """
        );
        Assert.Equal("copy/verify", (await host.DriveAsync(CopyRun.Steps(All), run => run.WaitingSince is not null)).Step);
        var gate = (await host.GatesAsync())["copy/verification"];
        Assert.Equal(GateVerdict.Fail, gate.Verdict);
        Assert.Contains("1 extra", gate.Observed, StringComparison.Ordinal);
        Assert.Contains("migrate retry", gate.Unblock, StringComparison.Ordinal);

        await host.TestHost.RunAsync("DELETE FROM public.data_bars WHERE canonical_symbol = 'DXY' AND close = 9");
        await host.TestHost.RunAsync($"SELECT dxy.migrate_retry('{LegacyHost.Name}')");
        await host.DriveAsync(CopyRun.Steps(All));
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
    }
}
