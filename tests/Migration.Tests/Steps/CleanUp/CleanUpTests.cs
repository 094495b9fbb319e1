using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Steps.CleanUp;

public sealed class CleanUpTests(TestServer server)
{
    const string Active = "public.derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND deleted_at IS NULL";

    static readonly string[] All = [.. CopyRun.Copying, .. CopyRun.CleaningUp];

    [Fact]
    public async Task Only_rows_that_the_new_table_proves_are_removed_and_the_others_are_told()
    {
        await using var host = await CopyRun.OpenAsync(server, new LegacyOptions { Superseded = 12, SoftDeleted = 40 });
        await host.DriveAsync(CopyRun.Steps(All), run => run.Step == "cleanup/remove");
        await host.TestHost.RunAsync(
            $"DELETE FROM public.data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(7)}'; UPDATE "
                + $"public.derived_data_bars SET close = 1, low = 1 WHERE timeframe = '1m' AND ts_utc = '{TestHost.Minute(8)}'"
        );
        await host.TestHost.RunAsync("UPDATE dxy.touch SET own = true");
        var run = await host.DriveAsync(CopyRun.Steps(All));

        Assert.Equal("cleanup/proof", run.Step);
        var gates = await host.GatesAsync();
        Assert.StartsWith(
            "2: 2024-03-04T08:07:00Z: data_bars has no bar, 2024-03-04T08:08:00Z: close 1",
            gates["cleanup/left"].Observed,
            StringComparison.Ordinal
        );
        Assert.Equal(GateVerdict.Fail, gates["cleanup/removed"].Verdict);
        Assert.Equal(2, await host.CountAsync(Active));

        await host.TestHost.RunAsync(
            $"UPDATE public.derived_data_bars SET deleted_at = now() WHERE timeframe = '1m' AND ts_utc IN ('{TestHost.Minute(7)}', "
                + $"'{TestHost.Minute(8)}')"
        );
        await host.TestHost.RunAsync("UPDATE dxy.touch SET own = true");
        await host.TestHost.RunAsync($"SELECT dxy.migrate_retry('{LegacyHost.Name}')");
        await host.DriveAsync(CopyRun.Steps(All));
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
        Assert.Equal(GateVerdict.Pass, (await host.GatesAsync())["cleanup/removed"].Verdict);
    }

    [Fact]
    public async Task A_program_that_still_writes_the_old_table_blocks_the_cleanup_until_it_is_stopped()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await using var late = await host.LegacyWriterAsync();
        await host.DriveAsync(CopyRun.Steps(All), run => run.Step == "cleanup/remove");
        await host.WriteLegacyAsync(300, 1, data: late);
        Assert.Equal("cleanup/remove", (await host.DriveAsync(CopyRun.Steps(All))).Step);
        Assert.StartsWith("1 statements", (await host.GatesAsync())["cleanup/zombies"].Observed, StringComparison.Ordinal);
        Assert.Equal(301, await host.CountAsync(Active));

        await host.TestHost.RunAsync("UPDATE dxy.clock SET anchor_market = anchor_market + interval '1 minute'");
        await host.TestHost.DrainAsync();
        await host.TestHost.RunAsync($"SELECT dxy.migrate_retry('{LegacyHost.Name}')");
        await host.DriveAsync(CopyRun.Steps(All));
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
    }

    [Fact]
    public async Task That_nobody_writes_late_is_shown_by_minutes_that_came_and_not_by_an_instant()
    {
        await using var host = await CopyRun.OpenAsync(server, settings: new RunSettings { QuietMinutes = 3 });
        await using var late = await host.LegacyWriterAsync();
        await host.DriveAsync(CopyRun.Steps(All), run => run.Step == "cleanup/remove");
        await host.DriveAsync(CopyRun.Steps(All));
        Assert.StartsWith("0 came, no such write", (await host.GatesAsync())["cleanup/zombies"].Observed, StringComparison.Ordinal);

        await host.TestHost.RunAsync(LegacyTables.Fx(1440, 5));
        await host.TestHost.AtAsync(TestHost.Minute(1444) + TimeSpan.FromSeconds(5));
        await host.TestHost.DrainAsync();
        await host.WriteLegacyAsync(1440, 1, fx: false, late);
        await host.DriveAsync(CopyRun.Steps(All));
        var gate = (await host.GatesAsync())["cleanup/zombies"];
        Assert.Equal(GateVerdict.Fail, gate.Verdict);
        Assert.Contains("1 statements", gate.Observed, StringComparison.Ordinal);
        Assert.Equal(301, await host.CountAsync(Active));

        // He is stopped: enough minutes come without him, and nobody has to say so.
        await host.TestHost.RunAsync(LegacyTables.Fx(1445, 4));
        await host.TestHost.AtAsync(TestHost.Minute(1449) + TimeSpan.FromSeconds(5));
        await host.TestHost.DrainAsync();
        await host.DriveAsync(CopyRun.Steps(All));
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
    }

    [Fact]
    public async Task A_bar_corrected_after_the_old_writes_ended_is_proven_by_what_the_new_table_said_then()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.DriveAsync(CopyRun.Steps(All), run => run.Step == "cleanup/remove");
        await host.TestHost.RunAsync(
            $"UPDATE public.data_bars SET close = close * 1.0001 WHERE canonical_symbol = 'EURUSD' AND ts_utc = '{TestHost.Minute(50)}'"
        );
        await host.TestHost.DrainAsync();
        Assert.Equal(2, await host.UnequalAsync());
        await host.DriveAsync(CopyRun.Steps(All));
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
        Assert.Equal(0, await host.CountAsync(Active));
    }

    [Fact]
    public async Task Removing_makes_nothing_due_and_is_no_correction()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.DriveAsync(CopyRun.Steps(All));
        Assert.Equal(0, await host.CountAsync(Active));
        Assert.Equal(0, await host.CountAsync("dxy.change"));
        Assert.Equal(0, await host.CountAsync("dxy.correction"));
    }

    [Fact]
    public async Task Rolling_back_brings_back_exactly_what_was_removed_wherever_it_is_killed()
    {
        await using var host = await CopyRun.OpenAsync(server, new LegacyOptions { Superseded = 12, SoftDeleted = 40 });
        var before = await host.TestHost.TextsAsync(
            "SELECT ts_utc || ' ' || close || ' ' || derivation_version || coalesce(' ' || deleted_at, '') FROM "
                + "public.derived_data_bars WHERE timeframe = '1m' ORDER BY 1"
        );
        await host.DriveAsync(CopyRun.Steps(All));
        Assert.Equal(4, await host.CountAsync("dxy.run_batch WHERE step = 'cleanup/remove'"));
        // A program stored another bar of minute 5 meanwhile.
        await host.TestHost.RunAsync(
            $"INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, "
                + $"derivation_version) VALUES ('DXY', '1m', '{TestHost.Minute(5)}', 55, 55, 55, 55, 'synthetic', 1)"
        );
        await host.RollBackAsync();
        var seen = new HashSet<string>();
        for (var kills = 0; kills < 50 && (await host.RunAsync()).State != RunState.RolledBack; kills++)
        {
            try
            {
                await host.DriveAsync(CopyRun.Steps(All), interrupt: (point, _) =>
                    seen.Add(point) ? throw new OperationCanceledException(point) : Task.CompletedTask
                );
            }
            catch (OperationCanceledException) { }
        }

        Assert.Superset(new HashSet<string> { "cleanup/remove:undo-written", "cleanup/remove:undo-committed" }, seen);
        Assert.Equal(RunState.RolledBack, (await host.RunAsync()).State);
        Assert.Equal(1, await host.CountAsync($"{Active} AND ts_utc = '{TestHost.Minute(5)}' AND close = 55"));
        // As if the row had never been away: one row of the minute, which says what the program said.
        Assert.Equal(0, await host.CountAsync("dxy.run_event WHERE kind = 'left deleted'"));
        var after = await host.TestHost.TextsAsync(
            "SELECT ts_utc || ' ' || close || ' ' || derivation_version || coalesce(' ' || deleted_at, '') FROM "
                + "public.derived_data_bars WHERE timeframe = '1m' ORDER BY 1"
        );
        Assert.Equal(before.Count, after.Count);
        Assert.Single(after.Except(before));
    }

    [Fact]
    public async Task Purging_deletes_what_the_run_removed_and_nothing_else_and_then_the_backups()
    {
        await using var host = await CopyRun.OpenAsync(server, new LegacyOptions { SoftDeleted = 40 });
        await host.DriveAsync(CopyRun.Steps(All));
        await host.TestHost.RunAsync(
            $"UPDATE dxy.run SET retention_until = dxy.now() - interval '1 hour'; SELECT dxy.migrate_purge('{LegacyHost.Name}')"
        );
        await host.DriveAsync(CopyRun.Steps([.. All, "purge/rows"]));
        Assert.Equal(RunState.Purged, (await host.RunAsync()).State);
        Assert.Equal(40, await host.CountAsync("public.derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'"));
        Assert.Equal(40, await host.CountAsync("public.derived_data_bars WHERE canonical_symbol = 'DXY' AND close = 9999"));
        Assert.Equal(
            0,
            await host.CountAsync("pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = 'dxy_backup'")
        );
        Assert.Equal(0, await host.CountAsync("dxy.change"));
    }
}
