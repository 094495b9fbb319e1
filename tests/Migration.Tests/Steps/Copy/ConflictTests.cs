using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Steps.Copy;

public sealed class ConflictTests(TestServer server)
{
    static readonly LegacyOptions Dirty = new()
    {
        Superseded = 12,
        Partial = 3,
        Foreign = 7,
        TargetEqual = 20,
        TargetDifferent = 4,
        TargetVendor = 5,
    };

    [Fact]
    public async Task Nothing_is_copied_before_every_conflict_is_classified_and_decided()
    {
        await using var host = await CopyRun.OpenAsync(server, Dirty);
        await host.TestHost.RunAsync("DELETE FROM public.data_bars WHERE canonical_symbol = 'USDSEK' AND ts_utc = '2024-03-04 09:41Z'");
        var before = await host.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'");
        await host.CopyAsync();
        await host.TestHost.DrainAsync();
        var run = await host.CopyAsync();

        Assert.Equal("copy/conflicts", run.Step);
        var gates = await host.GatesAsync();
        Assert.Equal(
            (GateVerdict.Fail, GateVerdict.Fail, GateVerdict.Fail, GateVerdict.Pass),
            (
                gates["copy/different"].Verdict,
                gates["copy/foreign"].Verdict,
                gates["copy/partial"].Verdict,
                gates["copy/superseded"].Verdict
            )
        );
        Assert.StartsWith("4: 4 undecided", gates["copy/different"].Observed, StringComparison.Ordinal);
        Assert.StartsWith("5: 5 undecided", gates["copy/foreign"].Observed, StringComparison.Ordinal);
        Assert.Contains("massive_api", gates["copy/foreign"].Observed, StringComparison.Ordinal);
        Assert.StartsWith("1: 1 undecided", gates["copy/partial"].Observed, StringComparison.Ordinal);
        Assert.Contains("12 older versions in 300 bars", gates["copy/superseded"].Observed, StringComparison.Ordinal);
        Assert.Contains("take-source", gates["copy/different"].Unblock, StringComparison.Ordinal);
        Assert.Equal(before + 2, await host.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'"));
    }

    [Fact]
    public async Task A_policy_that_is_changed_while_the_run_waits_is_obeyed()
    {
        await using var host = await CopyRun.OpenAsync(server, new LegacyOptions { TargetDifferent = 4, TargetVendor = 5 });
        Assert.Equal("copy/conflicts", (await host.CopyAsync()).Step);
        await host.TestHost.RunAsync(
            $$"""SELECT dxy.migrate_set('{{LegacyHost.Name}}', '{"different": "take_source", "foreign": "keep_target"}')"""
        );
        await host.CopyAsync();
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
        Assert.Equal(10, await host.UnequalAsync());
        Assert.Equal(5, await host.CountAsync("dxy.run_conflict WHERE class = 'foreign' AND resolution = 'keep_target'"));
        Assert.Equal(5, await host.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY' AND source = 'massive_api'"));
        Assert.Equal(
            4,
            await host.CountAsync(
                $"public.data_bars WHERE canonical_symbol = 'DXY' AND raw->>'migration' = 'test-run' AND ts_utc BETWEEN "
                    + $"'{TestHost.Minute(170)}' AND '{TestHost.Minute(173)}'"
            )
        );
    }

    [Fact]
    public async Task A_vendors_row_is_never_relabelled()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.TestHost.RunAsync(
            $"INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source) SELECT 'DXY', '1m', "
                + $"ts_utc, open, high, low, close, 'massive_api' FROM public.derived_data_bars WHERE ts_utc = '{TestHost.Minute(3)}'"
        );
        await host.CopyAsync();
        Assert.Equal(
            ["massive_api"],
            await host.TestHost.TextsAsync(
                $"SELECT source FROM public.data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(3)}'"
            )
        );
        Assert.Equal(0, await host.CountAsync("dxy.run_conflict"));
    }

    [Fact]
    public async Task Somebody_who_mended_the_rows_orders_a_retry()
    {
        await using var host = await CopyRun.OpenAsync(server, new LegacyOptions { TargetDifferent = 4 });
        await host.CopyAsync();
        await host.TestHost.RunAsync("DELETE FROM public.data_bars WHERE canonical_symbol = 'DXY'");
        await host.TestHost.RunAsync($"SELECT dxy.migrate_retry('{LegacyHost.Name}')");
        await host.CopyAsync();
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
        Assert.Equal(0, await host.UnequalAsync());
        Assert.Equal(0, await host.CountAsync("dxy.run_conflict"));
    }

    [Fact]
    public async Task Partial_bars_are_completed_by_the_deriver_in_both_tables()
    {
        await using var host = await CopyRun.OpenAsync(server, new LegacyOptions { Partial = 3 });
        await host.CopyAsync();
        Assert.Equal("copy/partials", (await host.RunAsync()).Step);
        await host.TestHost.DrainAsync();
        await host.CopyAsync();
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
        Assert.Equal(
            0,
            await host.CountAsync("public.derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND is_partial")
        );
        Assert.Equal(0, await host.UnequalAsync());
    }

    [Theory]
    [InlineData(ConflictPolicy.TakeSource, 1)]
    [InlineData(ConflictPolicy.KeepTarget, 0)]
    public async Task A_partial_bar_that_the_components_cannot_complete_goes_by_its_policy(ConflictPolicy policy, int copied)
    {
        await using var host = await CopyRun.OpenAsync(server, new LegacyOptions { Partial = 1 }, new RunSettings { Partial = policy });
        await host.TestHost.RunAsync(
            $"DELETE FROM public.data_bars WHERE canonical_symbol = 'USDSEK' AND ts_utc = '{TestHost.Minute(100)}'"
        );
        await host.CopyAsync();
        await host.TestHost.DrainAsync();
        await host.CopyAsync();
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
        Assert.Equal(copied, await host.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY' AND is_partial"));
        Assert.Equal(299 + copied, await host.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'"));
    }

    [Fact]
    public async Task A_copy_that_the_old_table_has_left_behind_follows_it_in_the_next_round()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.CopyAsync();
        await host.TestHost.RunAsync(
            $"UPDATE public.derived_data_bars SET close = 99, low = 99 WHERE ts_utc = '{TestHost.Minute(5)}' AND timeframe = '1m'; UPDATE "
                + $"public.derived_data_bars SET deleted_at = now() WHERE ts_utc = '{TestHost.Minute(6)}' AND timeframe = '1m'"
        );
        await host.TestHost.RunAsync(
            """UPDATE dxy.run_step SET state = 'started', checkpoint = '{"round": 2}' WHERE step IN ('copy/conflicts', 'copy/bars'); """
                + """UPDATE dxy.run SET state = 'running'"""
        );
        await host.CopyAsync();
        Assert.Equal(0, await host.UnequalAsync());
        Assert.Equal(299, await host.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'"));
    }
}
