using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Tests.Verification;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Steps.Copy;

public sealed class CopyTests(TestServer server)
{
    const string Copied = "public.data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND raw->>'migration' = 'test-run'";

    [Fact]
    public async Task The_newest_version_of_each_active_bar_is_copied_with_its_values_and_its_origin()
    {
        await using var host = await CopyRun.OpenAsync(
            server,
            new LegacyOptions
            {
                Superseded = 12,
                SoftDeleted = 40,
                Foreign = 7,
            }
        );
        await host.CopyAsync();
        Assert.Equal(0, await host.UnequalAsync());
        Assert.Equal(300, await host.CountAsync(Copied));
        Assert.Equal(12, await host.CountAsync("dxy.run_conflict WHERE class = 'superseded' AND resolution = 'newest_version'"));
        Assert.Equal(
            ["synthetic from backfill 1 dxy true true"],
            await host.TestHost.TextsAsync(
                $"""
                SELECT b.source || ' from ' || (b.raw->>'orig_source') || ' ' || (b.raw->>'orig_version') || ' ' || (b.raw->>'kind') || ' '
                       || (b.ingested_at = d.ingested_at AND b.created_at = d.created_at) || ' ' || (b.updated_at = dxy.now()
                         OR b.updated_at > '2024-03-05')
                FROM public.data_bars AS b JOIN public.derived_data_bars AS d USING (canonical_symbol, timeframe, ts_utc)
                  WHERE b.canonical_symbol = 'DXY' AND b.ts_utc = '{TestHost.Minute(
                    120
                )}'
                """
            )
        );
        Assert.Equal(
            300,
            await host.TestHost.ValueAsync<decimal>("SELECT sum(rows) FROM dxy.run_batch WHERE step = 'copy/bars' HAVING count(*) = 4")
        );
    }

    [Fact]
    public async Task A_partitioned_table_is_copied_into_as_well()
    {
        await using var host = await CopyRun.OpenAsync(server, new LegacyOptions { Partitioned = true });
        await host.CopyAsync();
        Assert.Equal(0, await host.UnequalAsync());
        Assert.Equal(300, await host.CountAsync(Copied));
    }

    [Fact]
    public async Task Moving_bars_makes_nothing_due_and_is_no_correction_but_is_seen()
    {
        await using var host = await CopyRun.OpenAsync(
            server,
            settings: new RunSettings { Different = ConflictPolicy.TakeSource },
            options: new LegacyOptions { TargetDifferent = 5 }
        );
        await host.CopyAsync();
        Assert.Equal(0, await host.CountAsync("dxy.change"));
        Assert.Equal(0, await host.CountAsync("dxy.due"));
        Assert.Equal(0, await host.CountAsync("dxy.correction"));
        Assert.Equal(5, await host.CountAsync("dxy.run_conflict WHERE resolution = 'take_source'"));
        Assert.Equal(
            300,
            await host.TestHost.ValueAsync<decimal>("SELECT sum(bars) FROM dxy.touch WHERE table_name = 'data_bars' AND own")
        );
    }

    [Fact]
    public async Task A_program_that_only_says_it_moves_bars_is_recorded_all_the_same()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await using var writer = await host.LegacyWriterAsync();
        await host.TestHost.DrainAsync();
        await using var pretends = writer.CreateCommand(
            $"SELECT set_config('dxy.writer', 'move', true); UPDATE public.derived_data_bars SET high = high + 1 WHERE ts_utc = "
                + $"'{TestHost.Minute(5)}'"
        );
        await pretends.ExecuteNonQueryAsync(TestHost.Token);
        Assert.Equal(1, await host.CountAsync("dxy.change"));
    }

    [Fact]
    public async Task A_second_copy_rewrites_no_row()
    {
        await using var host = await CopyRun.OpenAsync(server, new LegacyOptions { TargetEqual = 20 });
        await host.CopyAsync();
        const string Rows = "SELECT ts_utc || ' ' || ctid || ' ' || xmin FROM public.data_bars WHERE canonical_symbol = 'DXY' ORDER BY 1";
        var before = await host.TestHost.TextsAsync(Rows);
        await host.TestHost.RunAsync(
            "UPDATE dxy.run_step SET state = 'started', checkpoint = '{}', done = 0 WHERE step IN ('copy/conflicts', 'copy/bars'); "
                + "UPDATE dxy.run SET state = 'running'"
        );
        await host.CopyAsync();
        Assert.Equal(before, await host.TestHost.TextsAsync(Rows));
        Assert.Equal(280, await host.TestHost.ValueAsync<decimal>("SELECT sum(rows) FROM dxy.run_batch WHERE step = 'copy/bars'"));
    }

    [Fact]
    public async Task Killed_at_any_point_and_run_again_it_ends_as_if_undisturbed()
    {
        var options = new LegacyOptions
        {
            Superseded = 12,
            TargetDifferent = 20,
            Partial = 3,
        };
        var settings = new RunSettings { Different = ConflictPolicy.TakeSource, Partial = ConflictPolicy.KeepTarget };
        await using var undisturbed = await CopyRun.OpenAsync(server, options, settings);
        await FinishAsync(undisturbed);
        var expected = await undisturbed.FingerprintAsync();
        var batches = await undisturbed.CountAsync("dxy.run_batch");

        await using var killed = await CopyRun.OpenAsync(server, options, settings);
        var seen = new HashSet<string>();
        for (var kills = 0; kills < 200; kills++)
        {
            try
            {
                await killed.DriveAsync(CopyRun.Steps(CopyRun.Copying), interrupt: (point, _) =>
                    seen.Add(point) ? throw new OperationCanceledException(point) : Task.CompletedTask
                );
            }
            catch (OperationCanceledException)
            {
                await killed.TestHost.DrainAsync();
                continue;
            }

            break;
        }

        await FinishAsync(killed);
        Assert.Superset(
            new HashSet<string>
            {
                "copy/bars:begun",
                "copy/bars:written",
                "copy/bars:committed",
                "copy/conflicts:written",
                "copy/conflicts:committed",
                "copy/conflicts:settled",
                "copy/partials:written",
            },
            seen
        );
        Assert.Equal(expected, await killed.FingerprintAsync());
        Assert.Equal(batches, await killed.CountAsync("dxy.run_batch"));
    }

    [Fact]
    public async Task A_bar_corrected_while_it_is_copied_ends_corrected_in_both_tables()
    {
        await using var host = await CopyRun.OpenAsync(server);
        var batch = 0;
        await host.DriveAsync(CopyRun.Steps(CopyRun.Copying), interrupt: async (point, token) =>
        {
            if (point == "copy/bars:begun" && ++batch == 2)
            {
                // Minute 5 was copied by the first batch, 150 is in this one, 250 in the next.
                await host.TestHost.RunAsync(
                    $"UPDATE public.data_bars SET close = close * 1.0001 WHERE canonical_symbol = 'EURUSD' AND ts_utc IN "
                        + $"('{TestHost.Minute(5)}', '{TestHost.Minute(150)}', '{TestHost.Minute(250)}')"
                );
                await host.TestHost.DrainAsync();
            }
        });
        Assert.Equal(0, await host.UnequalAsync());
        Assert.Equal(
            3,
            await host.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY' AND jsonb_typeof(raw->'inputs') = 'object'")
        );
        Assert.Equal(297, await host.CountAsync(Copied));
    }

    [Fact]
    public async Task A_deriver_that_has_not_committed_yet_and_the_copy_leave_the_newer_bar()
    {
        await using var host = await CopyRun.OpenAsync(server);
        var (written, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await host.TestHost.RunAsync(
            $"UPDATE public.data_bars SET close = close * 1.0001 WHERE canonical_symbol = 'EURUSD' AND ts_utc = '{TestHost.Minute(50)}'"
        );
        await new DueStore(host.Data).ExpandAsync(TestHost.Token);
        var deriver = await host.TestHost.DeriverAsync("DXY/1m", async (step, token) =>
        {
            if (step == DeriveStep.Written)
            {
                written.SetResult();
                await goOn.Task.WaitAsync(token);
            }
        });
        var deriving = deriver.ProcessSliceAsync(TestHost.Token);
        await written.Task.WaitAsync(TestHost.Token);
        var copying = host.CopyAsync();
        await WaitForLockAsync(host);
        goOn.SetResult();
        await deriving;
        await copying;
        Assert.Equal(0, await host.UnequalAsync());
        Assert.Equal(
            1,
            await host.CountAsync(
                $"public.data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(50)}' AND jsonb_typeof(raw->'inputs') = "
                    + $"'object'"
            )
        );
    }

    [Fact]
    public async Task Rolling_back_leaves_the_tables_as_they_were_and_what_arrived_in_the_old_one()
    {
        var options = new LegacyOptions
        {
            Superseded = 12,
            SoftDeleted = 40,
            TargetEqual = 10,
            TargetDifferent = 10,
            TargetVendor = 10,
        };
        await using var host = await CopyRun.OpenAsync(
            server,
            options,
            new RunSettings { Different = ConflictPolicy.TakeSource, Foreign = ConflictPolicy.TakeSource }
        );
        var before = await host.FingerprintAsync();
        await host.CopyAsync();
        Assert.Equal(0, await host.UnequalAsync());
        await host.TestHost.RunAsync(LegacyTables.Fx(300, 40));
        await host.TestHost.DrainAsync();
        Assert.Equal(340, await host.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'"));

        await host.RollBackAsync();
        var seen = new HashSet<string>();
        for (var kills = 0; kills < 50 && (await host.RunAsync()).State != RunState.RolledBack; kills++)
        {
            try
            {
                await host.DriveAsync(CopyRun.Steps(CopyRun.Copying), interrupt: (point, _) =>
                    seen.Add(point) ? throw new OperationCanceledException(point) : Task.CompletedTask
                );
            }
            catch (OperationCanceledException) { }
        }

        Assert.Contains("copy/bars:undo-written", seen);
        await host.TestHost.RunAsync($"DELETE FROM public.data_bars WHERE ts_utc >= '{TestHost.Minute(300)}'");
        var arrived = await host.CountAsync(
            $"public.derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc >= '{TestHost.Minute(300)}'"
        );
        Assert.Equal(40, arrived);
        await host.TestHost.RunAsync(
            $"DELETE FROM public.derived_data_bars WHERE ts_utc >= '{TestHost.Minute(300)}' AND timeframe = '1m'; DELETE FROM "
                + $"public.core_asset_registry_all WHERE canonical_symbol = 'DXY'"
        );
        Assert.Equal(
            [.. before.Where(line => !line.StartsWith("core_asset_registry_all (DXY", StringComparison.Ordinal))],
            await host.FingerprintAsync()
        );
    }

    [Fact]
    public async Task A_bar_that_only_the_new_table_has_is_brought_to_the_old_one_before_it_goes()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.CopyAsync();
        await host.TestHost.RunAsync(
            $$"""
            INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, raw)
            VALUES ('DXY', '1m', '{{TestHost.Minute(
                400
            )}}', 104, 104, 104, 104, 'synthetic', '{"kind": "dxy", "version": 1, "inputs": {} }'),
                   ('DXY', '1m', '{{TestHost.Minute(401)}}', 105, 105, 105, 105, 'massive_api', '{}');
            UPDATE public.derived_data_bars SET deleted_at = now() WHERE ts_utc = '{{TestHost.Minute(7)}}';
            """
        );
        await host.RollBackAsync();
        await host.DriveAsync(CopyRun.Steps(CopyRun.Copying));
        Assert.Equal(RunState.RolledBack, (await host.RunAsync()).State);
        Assert.Equal(
            ["105.00000000"],
            await host.TestHost.TextsAsync("SELECT close::text FROM public.data_bars WHERE canonical_symbol = 'DXY'")
        );
        Assert.Equal(
            1,
            await host.CountAsync(
                $"public.derived_data_bars WHERE close = 104 AND deleted_at IS NULL AND ts_utc = '{TestHost.Minute(400)}'"
            )
        );
        Assert.Equal(0, await host.CountAsync($"public.derived_data_bars WHERE deleted_at IS NULL AND ts_utc = '{TestHost.Minute(7)}'"));
        Assert.Contains(
            "\"of_others_left\": 1",
            await host.TestHost.ValueAsync<string>(
                "SELECT detail::text FROM dxy.run_event WHERE kind = 'undone' AND detail->>'step' = 'copy/bars'"
            ),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_row_the_new_table_refuses_stops_the_run_and_says_what_to_do()
    {
        await using var host = await CopyRun.OpenAsync(server);
        await host.TestHost.RunAsync(
            $"ALTER TABLE public.data_bars ADD CONSTRAINT sane CHECK (canonical_symbol <> 'DXY' OR ts_utc <> '{TestHost.Minute(150)}')"
        );
        var run = await host.DriveAsync(CopyRun.Steps(CopyRun.Copying));
        Assert.Equal(RunState.Failed, run.State);
        Assert.Contains("sane", run.Error, StringComparison.Ordinal);
        Assert.Contains("migrate retry", run.Error, StringComparison.Ordinal);
        Assert.Equal(100, await host.CountAsync(Copied));
    }

    static async Task FinishAsync(LegacyHost host)
    {
        for (var round = 0; round < 4; round++)
        {
            await host.CopyAsync();
            await host.TestHost.DrainAsync();
        }

        Assert.Equal(RunState.Completed, (await host.RunAsync()).State);
    }

    static async Task WaitForLockAsync(LegacyHost host)
    {
        while (await host.TestHost.CountAsync("pg_locks WHERE NOT granted AND locktype = 'transactionid'") == 0)
        {
            await host.TestHost.RunAsync("SELECT pg_sleep(0.01)");
        }
    }
}
