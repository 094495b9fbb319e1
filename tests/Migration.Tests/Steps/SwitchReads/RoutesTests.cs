using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Testing;
using Npgsql;

namespace DxyOrleans.Migration.Tests.Steps.SwitchReads;

/// <summary>Phase 3 and what turns the route later: who writes which table when, and the way back.</summary>
public sealed class RoutesTests(TestServer server)
{
    static readonly string[] Deriving =
    [
        "derive/register",
        "derive/ownership",
        "derive/dual-write",
        "derive/fence",
        "derive/catch-up",
        "derive/quiet",
        "derive/canary",
    ];

    [Fact]
    public async Task Before_the_copy_the_index_is_registered_and_both_tables_are_written()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await host.StartAsync();
        await DriveAsync(host, Deriving);

        Assert.Equal(StepState.Done, (await host.Ledger.StepsAsync(LegacyHost.Name, TestHost.Token))["derive/canary"].State);
        Assert.Equal("both", await host.TestHost.ValueAsync<string>("SELECT mode FROM dxy.route WHERE symbol = 'DXY'"));
        Assert.All(await host.GatesAsync(), gate => Assert.Equal(GateVerdict.Pass, gate.Value.Verdict));
        var (old, both) = (
            await host.TestHost.CountAsync("public.derived_data_bars WHERE canonical_symbol = 'DXY'"),
            await host.TestHost.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'")
        );
        Assert.InRange(both, 10, 100);

        await host.TestHost.RunAsync(LegacyTables.Fx(300, 2));
        await host.TestHost.DrainAsync();
        Assert.Equal(old + 2, await host.TestHost.CountAsync("public.derived_data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(both + 2, await host.TestHost.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'"));
    }

    [Fact]
    public async Task A_registry_row_keeps_the_keys_it_has()
    {
        await using var host = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions
            {
                Before =
                    """INSERT INTO public.core_asset_registry_all (canonical_symbol, active, metadata) VALUES ('DXY', true, """
                    + """'{"vendor_id": 7, "base_timeframe": "1m"}')""",
            }
        );
        var before = await host.FingerprintAsync();
        await host.StartAsync();
        await DriveAsync(host, ["derive/register"]);

        Assert.Equal(
            "7",
            await host.TestHost.ValueAsync<string>(
                "SELECT metadata->>'vendor_id' FROM public.core_asset_registry_all WHERE canonical_symbol = 'DXY'"
            )
        );
        Assert.Equal(
            "50.14348112",
            await host.TestHost.ValueAsync<string>(
                "SELECT metadata->>'factor' FROM public.core_asset_registry_all WHERE canonical_symbol = 'DXY'"
            )
        );
        Assert.Null(
            await host.TestHost.ValueAsync<string>(
                "SELECT metadata->>'derived_timeframes' FROM public.core_asset_registry_all WHERE canonical_symbol = 'DXY'"
            )
        );

        await host.RollBackAsync();
        await DriveAsync(host, ["derive/register"]);
        Assert.Equal(before, await host.FingerprintAsync());
        Assert.Equal(0, await host.TestHost.CountAsync("dxy.route"));
        Assert.Equal(0, await host.TestHost.CountAsync("dxy.watched"));
    }

    [Fact]
    public async Task The_fence_waits_for_a_transaction_that_was_open_before_the_dual_write()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await host.StartAsync();
        await using var old = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using var open = await old.BeginTransactionAsync(TestHost.Token);
        await using (var write = new NpgsqlCommand("SELECT pg_current_xact_id()", old))
        {
            await write.ExecuteScalarAsync(TestHost.Token);
        }

        await DriveAsync(host, ["derive/register", "derive/ownership", "derive/dual-write", "derive/fence"]);
        var gate = (await host.GatesAsync())["derive/fence"];
        Assert.Equal(GateVerdict.Fail, gate.Verdict);
        Assert.Contains($"pid {old.ProcessID}", gate.Observed, StringComparison.Ordinal);

        await open.CommitAsync(TestHost.Token);
        await DriveAsync(host, ["derive/register", "derive/ownership", "derive/dual-write", "derive/fence"]);
        Assert.Equal(GateVerdict.Pass, (await host.GatesAsync())["derive/fence"].Verdict);
    }

    [Fact]
    public async Task A_write_of_the_old_deriver_is_seen_and_holds_the_run_up_until_ten_minutes_came_without_it()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await using var writer = await host.LegacyWriterAsync();
        await host.StartAsync();
        await DriveAsync(host, Deriving, until: "derive/quiet");
        await host.WriteLegacyAsync(300, 1, data: writer);
        await DriveAsync(host, Deriving, moveMarket: false);

        var gate = (await host.GatesAsync())["derive/quiet"];
        Assert.Equal(GateVerdict.Fail, gate.Verdict);
        Assert.Contains("since the newest of 1 foreign statements since the dual write began", gate.Observed, StringComparison.Ordinal);

        // That nobody writes shows nothing while no minute comes.
        await host.TestHost.AtAsync(TestHost.Open + TimeSpan.FromDays(1) + TimeSpan.FromMinutes(30));
        await DriveAsync(host, Deriving, moveMarket: false);
        Assert.Equal(GateVerdict.Fail, (await host.GatesAsync())["derive/quiet"].Verdict);

        await host.TestHost.RunAsync(LegacyTables.Fx(1440, 20));
        await host.TestHost.DrainAsync();
        await DriveAsync(host, Deriving, moveMarket: false);
        Assert.Equal(GateVerdict.Pass, (await host.GatesAsync())["derive/quiet"].Verdict);
    }

    [Fact]
    public async Task A_mirrored_writer_needs_no_right_on_the_new_table_and_its_bars_are_in_both()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await using var writer = await host.LegacyWriterAsync();
        await host.StartAsync(new RunSettings { LegacyWriters = LegacyWriters.Mirrored });
        await DriveAsync(host, Deriving, until: "derive/quiet");
        await host.WriteLegacyAsync(300, 3, data: writer);
        Assert.Equal(3, await host.TestHost.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'"));

        await using (
            var changed = writer.CreateCommand(
                $"UPDATE public.derived_data_bars SET close = 1, low = 1 WHERE ts_utc = '{TestHost.Minute(301)}'"
            )
        )
        {
            await changed.ExecuteNonQueryAsync(TestHost.Token);
        }

        await using (
            var deleted = writer.CreateCommand(
                $"UPDATE public.derived_data_bars SET deleted_at = now() WHERE ts_utc = '{TestHost.Minute(302)}'"
            )
        )
        {
            await deleted.ExecuteNonQueryAsync(TestHost.Token);
        }

        Assert.Equal(
            1m,
            await host.TestHost.ValueAsync<decimal>(
                $"SELECT close FROM public.data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{TestHost.Minute(301)}'"
            )
        );
        Assert.Equal(2, await host.TestHost.CountAsync("public.data_bars WHERE canonical_symbol = 'DXY'"));
        await DriveAsync(host, Deriving);
        Assert.Equal(GateVerdict.Pass, (await host.GatesAsync())["derive/quiet"].Verdict);
    }

    [Fact]
    public async Task A_flip_waits_for_a_writer_between_its_check_and_its_commit_and_the_next_writes_by_the_new_route()
    {
        await using var host = await LegacyHost.OpenAsync(server);
        await host.StartAsync();
        await DriveAsync(host, ["derive/register"]);
        await using var writing = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using var transaction = await writing.BeginTransactionAsync(TestHost.Token);
        await using (var hold = new NpgsqlCommand("SELECT dxy.hold_route('DXY')", writing))
        {
            await hold.ExecuteNonQueryAsync(TestHost.Token);
        }

        await using var flipping = await host.Data.OpenConnectionAsync(TestHost.Token);
        await using var flip = new NpgsqlCommand(
            "SELECT set_config('lock_timeout', '50ms', false); SELECT dxy.flip_route('DXY', 'both')",
            flipping
        );
        var refused = await Assert.ThrowsAsync<PostgresException>(() => flip.ExecuteNonQueryAsync(TestHost.Token));
        Assert.Equal(PostgresErrorCodes.LockNotAvailable, refused.SqlState);
        Assert.Equal("legacy", await host.TestHost.ValueAsync<string>("SELECT mode FROM dxy.route"));

        await transaction.CommitAsync(TestHost.Token);
        await flip.ExecuteNonQueryAsync(TestHost.Token);
        Assert.Equal("both", await host.TestHost.ValueAsync<string>("SELECT mode FROM dxy.route"));
    }

    // The steps named, the derivers at work beside them, and the market moving.
    static async Task DriveAsync(LegacyHost host, string[] names, bool moveMarket = true, string? until = null)
    {
        var steps = MigrationSteps.All.Where(step => names.Contains(step.Name)).ToList();
        for (var round = 0; round < 12; round++)
        {
            var run = await host.DriveAsync(steps, now => now.Step == until);
            if (run.State != RunState.Running || run.Step == until)
            {
                return;
            }

            await host.TestHost.DrainAsync();
            if (moveMarket && until is null)
            {
                await host.TestHost.RunAsync(
                    $"{LegacyTables.Fx(1440 + (round * 15), 15)}; UPDATE dxy.clock SET anchor_market = anchor_market + interval '15 "
                        + $"minutes'"
                );
                await host.TestHost.DrainAsync();
            }
        }
    }
}
