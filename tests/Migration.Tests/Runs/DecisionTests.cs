using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Runs;

/// <summary>What operators decide while a run goes on: conflicts one by one, bars of the new table alone, the switch of the readers, the
/// end of a copy's run.</summary>
public sealed class DecisionTests(TestServer server)
{
    const string Alone = """
        INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
        SELECT 'DXY', '1m', t, 77, 77, 77, 77, 'massive_api' FROM generate_series(timestamptz '2024-03-04 20:00Z', '2024-03-04 20:02Z',
          '1 minute') AS t
        """;

    const string Vendors = "public.data_bars WHERE canonical_symbol = 'DXY' AND source = 'massive_api'";

    [Fact]
    public async Task Single_conflicts_and_classes_of_them_are_settled_at_the_gate_and_stay_settled_when_all_is_compared_again()
    {
        await using var host = await CopyRun.OpenAsync(server, new LegacyOptions { TargetVendor = 3 });
        await host.DriveAsync(CopyRun.Steps(CopyRun.Copying));
        Assert.StartsWith("3: 3 undecided", (await host.GatesAsync())["copy/foreign"].Observed, StringComparison.Ordinal);

        var orders = new RunOrders(host.Data);
        Assert.Equal(1, await orders.DecideAsync(LegacyHost.Name, "keep_target", null, TestHost.Minute(190), TestHost.Token));
        await orders.RetryAsync(LegacyHost.Name, TestHost.Token);
        await host.DriveAsync(CopyRun.Steps(CopyRun.Copying));
        Assert.StartsWith("3: 2 undecided, 1 to stay", (await host.GatesAsync())["copy/foreign"].Observed, StringComparison.Ordinal);

        await RefusedAsync(
            () => orders.DecideAsync(LegacyHost.Name, "keep_target", null, TestHost.Minute(5), TestHost.Token),
            "has no conflict at 2024-03-04T08:05:00Z"
        );
        await RefusedAsync(() => orders.DecideAsync(LegacyHost.Name, "perhaps", "foreign", null, TestHost.Token), "is no decision");
        Assert.Equal(2, await orders.DecideAsync(LegacyHost.Name, "take_source", "foreign", null, TestHost.Token));
        await host.CopyAsync();
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
        Assert.Equal(1, await host.CountAsync(Vendors));
        Assert.Equal(1, await host.CountAsync($"{Vendors} AND ts_utc = '{TestHost.Minute(190)}'"));
        Assert.Equal(2, await host.CountAsync("dxy.run_event WHERE kind = 'decided'"));
    }

    [Theory]
    [InlineData("keep_target", 3)]
    [InlineData("take_source", 0)]
    public async Task Bars_of_the_new_table_alone_hold_the_copy_up_until_somebody_says_what_becomes_of_them(string resolution, int left)
    {
        await using var host = await CopyRun.OpenAsync(server, new LegacyOptions { Before = Alone });
        await host.DriveAsync(CopyRun.Steps([.. CopyRun.Copying, "copy/verify"]));
        var gate = (await host.GatesAsync())["copy/alone"];
        Assert.Equal(GateVerdict.Fail, gate.Verdict);
        Assert.Contains("3: 3 undecided", gate.Observed, StringComparison.Ordinal);
        Assert.Contains("2024-03-04T20:00Z: old none, new 77", gate.Observed, StringComparison.Ordinal);

        await new RunOrders(host.Data).SetAsync(LegacyHost.Name, $$"""{"alone": "{{resolution}}"}""", TestHost.Token);
        await host.DriveAsync(CopyRun.Steps([.. CopyRun.Copying, "copy/verify"]));
        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
        Assert.Equal(left, await host.CountAsync(Vendors));
        Assert.Contains($"{left} explained", (await host.GatesAsync())["copy/verification"].Observed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mirrored_write_leaves_a_bar_that_was_decided_to_stay()
    {
        await using var host = await CopyRun.OpenAsync(
            server,
            new LegacyOptions { TargetVendor = 3 },
            new RunSettings { LegacyWriters = LegacyWriters.Mirrored, Foreign = ConflictPolicy.KeepTarget }
        );
        await using var writer = await host.LegacyWriterAsync();
        await host.DriveAsync(CopyRun.Steps(CopyRun.Copying), run => run.Step == "copy/bars");
        await using var write = writer.CreateCommand(
            $"UPDATE public.derived_data_bars SET close = close + 1, high = high + 1 WHERE canonical_symbol = 'DXY' AND ts_utc IN "
                + $"('{TestHost.Minute(189)}', '{TestHost.Minute(190)}')"
        );
        Assert.Equal(2, await write.ExecuteNonQueryAsync(TestHost.Token));
        Assert.Equal(1, await host.CountAsync($"{Vendors} AND ts_utc = '{TestHost.Minute(190)}'"));
        Assert.Equal(
            1,
            await host.TestHost.ValueAsync<long>(
                $"""
                SELECT count(*) FROM public.data_bars AS b JOIN public.derived_data_bars AS d USING (canonical_symbol, timeframe, ts_utc)
                WHERE b.canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(189)}' AND b.close = d.close
                """
            )
        );
    }

    [Fact]
    public async Task The_readers_are_switched_when_somebody_approved_it_and_not_before()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        var world = new MarketWorld(host);
        await host.StartAsync(MarketWorld.Settings with { CutOver = CutOverRule.Approve });
        var looks = 0;
        await world.DriveAsync(run => run.Step == "switch/reads" && ++looks > 10);
        var gates = await host.GatesAsync();
        Assert.Equal((GateVerdict.Pass, GateVerdict.Fail), (gates["switch/dry-run"].Verdict, gates["switch/approval"].Verdict));
        Assert.Equal("both", await host.TestHost.ValueAsync<string>("SELECT mode FROM dxy.route"));

        await host.TestHost.RunAsync($"SELECT dxy.migrate_approve('{LegacyHost.Name}', 'cut-over')");
        await world.DriveAsync(run => run.Step == "switch/registry");
        Assert.Equal("both_read_new", await host.TestHost.ValueAsync<string>("SELECT mode FROM dxy.route"));
    }

    [Fact]
    public async Task A_run_that_came_with_a_restored_copy_is_ended_there_and_only_there()
    {
        await using var host = await LegacyHost.OpenAsync(server, new LegacyOptions { Minutes = 3 });
        await host.StartAsync();
        await CopyRunToDualWriteAsync(host);
        var orders = new RunOrders(host.Data);
        await RefusedAsync(() => orders.AbandonAsync(LegacyHost.Name, null, TestHost.Token), "was made for this very database");

        await host.TestHost.RunAsync("""UPDATE dxy.run SET target = target || '{"system": "7"}'""");
        Assert.Equal("legacy", await orders.AbandonAsync(LegacyHost.Name, "a copy", TestHost.Token));
        Assert.Equal(RunState.Abandoned, (await host.RunAsync()).State);
        Assert.Equal(0, await host.CountAsync("dxy.watched"));
        Assert.Null((await RunAudit(host)).Fault);
        await orders.StartAsync("another", "DXY", "{}", TestHost.Token);
        await RefusedAsync(() => orders.AbandonAsync(LegacyHost.Name, null, TestHost.Token), "is abandoned");

        static async Task<AuditResult> RunAudit(LegacyHost host) =>
            (await AuditResult.ReadAsync(host.Data, LegacyHost.Name, null, TestHost.Token))!;
    }

    [Fact]
    public async Task Rows_of_the_backup_are_brought_back_with_every_column_and_what_came_since_stays()
    {
        await using var host = await CopyRun.OpenAsync(server);
        var columns = await host.ColumnsAsync();
        var before = await host.DumpAsync(columns);
        await host.TestHost.RunAsync(
            $"""
            DELETE FROM public.derived_data_bars WHERE ts_utc = '{TestHost.Minute(5)}';
            UPDATE public.derived_data_bars SET close = 1, low = 1, updated_at = now() WHERE ts_utc = '{TestHost.Minute(6)}'
            """
        );
        await host.WriteLegacyAsync(301, 1);
        var backup = new RunBackup(host.Data, await host.RunAsync());
        var range = new TimeRange(TestHost.Minute(0), TestHost.Minute(400));
        Assert.Equal((1L, 1L), await backup.CountAsync("derived_data_bars", range, TestHost.Token));
        Assert.Equal(2, await backup.RestoreAsync("derived_data_bars", range, TestHost.Token));
        Assert.Equal((0L, 0L), await backup.CountAsync("derived_data_bars", range, TestHost.Token));
        Assert.Empty(before.Except(await host.DumpAsync(columns)));
        Assert.Equal(1, await host.CountAsync($"public.derived_data_bars WHERE ts_utc = '{TestHost.Minute(301)}'"));

        await host.TestHost.RunAsync("DROP TABLE dxy_backup.\"test-run_derived_data_bars\"");
        Assert.Null(await backup.CountAsync("derived_data_bars", range, TestHost.Token));
    }

    static Task CopyRunToDualWriteAsync(LegacyHost host) =>
        host.DriveAsync(CopyRun.Steps("derive/fence"), run => run.Step == "derive/fence");

    static async Task RefusedAsync(Func<Task> order, string says)
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(order);
        Assert.Equal(RunOrders.Refused, refused.SqlState);
        Assert.Contains(says, refused.MessageText, StringComparison.Ordinal);
    }
}
