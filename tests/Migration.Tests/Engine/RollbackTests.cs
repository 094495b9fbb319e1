using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Engine;

/// <summary>Going back from each phase, dying on the way, while bars arrive: what stood before stands again, every column of it.</summary>
public sealed class RollbackTests(TestServer server)
{
    // What the host keeps beside the minutes: a registry row that isn't like ours, rollups of its own aggregator, which says other things
    // than ours would, and a vendor's bars that stand in the new table alone.
    const string Rollups = """
        INSERT INTO public.core_asset_registry_all (canonical_symbol, asset_class, active, test_active, metadata, created_at, updated_at)
        VALUES ('DXY', 'index', NULL, NULL, '{"vendor_id": 7, "derived_timeframes": ["5m", "1h"]}', '2024-01-01Z', '2024-01-02Z');
        INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source, raw, created_at,
          updated_at)
        SELECT 'DXY', f.name, date_bin(f.length, d.ts_utc, '2000-01-01Z'), min(d.open), max(d.high) + 0.01, min(d.low), max(d.close), 0,
          'derived', '{"old": true}', '2024-03-05Z', '2024-03-05Z'
        FROM public.derived_data_bars AS d, (VALUES ('5m', interval '5 minutes'), ('1h', interval '1 hour')) AS f(name, length)
        WHERE d.timeframe = '1m' AND d.deleted_at IS NULL AND extract(minute FROM d.ts_utc) < 50 GROUP BY 2, 3;
        INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
        SELECT 'DXY', '1m', t, 77, 77, 77, 77, 'massive_api' FROM generate_series(timestamptz '2024-03-04 20:00Z', '2024-03-04 20:02Z',
          '1 minute') AS t
        """;

    // One of each kind of state; the others with --long.
    static readonly string[] Kinds =
    [
        "schema/proof",
        "derive/dual-write",
        "derive/quiet",
        "copy/bars",
        "deploy/verify",
        "cleanup/remove",
        "completed",
    ];

    public static TheoryData<string> Steps { get; } =
        new(
            MigrationSteps
                .All.Where(step => step.Phase != MigrationPhase.Purge)
                .Select(step => step.Name)
                .Append("completed")
                .Select(step => new TheoryDataRow<string>(step) { Explicit = !Kinds.Contains(step) })
        );

    [Theory]
    [MemberData(nameof(Steps))]
    public Task Rolled_back_from_any_phase_everything_is_as_before_and_what_arrived_is_in_the_old_table(string from) =>
        RollBackAsync(from, LegacyOptions.Dirty with { Partial = 3, TargetVendor = 5 });

    [Fact]
    public Task So_it_is_on_partitions_after_all_is_done() =>
        RollBackAsync("completed", LegacyOptions.Dirty with { Partial = 3, TargetVendor = 5, Partitioned = true });

    async Task RollBackAsync(string from, LegacyOptions options)
    {
        await using var host = await LegacyHost.OpenAsync(server, options);
        await host.TestHost.RunAsync(Rollups);
        var (columns, before) = (await host.ColumnsAsync(), await host.OutcomeAsync());
        var dump = await host.DumpAsync(columns);
        var world = new MarketWorld(host);
        await host.StartAsync(
            MarketWorld.Settings with
            {
                Foreign = ConflictPolicy.TakeSource,
                Partial = ConflictPolicy.KeepTarget,
                Alone = ConflictPolicy.TakeSource,
            }
        );
        var reached = await world.DriveAsync(run => run.Step == from);
        Assert.True(reached.Step == from || reached.State == RunState.Completed, $"{reached.State} at {reached.Step}: {reached.Error}");
        for (var minute = 0; minute < 3; minute++)
        {
            await world.TickAsync();
        }

        await host.RollBackAsync();
        var deadly = new Random(7);
        var end = await world.DriveAsync(dies: _ => deadly.Next(6) == 0);
        Assert.True(end.State == RunState.RolledBack, $"{end.State} at {end.Step}: {end.Error}");

        var after = await host.OutcomeAsync();
        Assert.Empty(before.Except(after));
        Assert.All(after.Except(before), line =>
            Assert.True(
                line.StartsWith("old (DXY,", StringComparison.Ordinal)
                    || (line.StartsWith("new (", StringComparison.Ordinal) && !line.Contains("DXY", StringComparison.Ordinal)),
                line
            )
        );
        Assert.Equal(
            before.Count(line => line.StartsWith("new (DXY", StringComparison.Ordinal)),
            after.Count(line => line.StartsWith("new (DXY", StringComparison.Ordinal))
        );

        // Every column of every row, and among the rows of before none that nobody but us made.
        var restored = await host.DumpAsync(columns);
        Assert.Equal([], dump.Except(restored));
        Assert.Equal(dump.Count, dump.Intersect(restored).Count());
        Assert.Equal(
            0,
            await host.TestHost.CountAsync($"public.derived_data_bars WHERE ts_utc < '{TestHost.Minute(300)}' AND raw ? 'inputs'")
        );
        Assert.Equal(
            0,
            await host.TestHost.ValueAsync<long>(
                $"""
                SELECT count(*) FROM public.data_bars AS b
                WHERE b.canonical_symbol = 'EURUSD' AND b.timeframe = '1m'
                  AND b.ts_utc < (SELECT max(d.ts_utc) FROM public.derived_data_bars AS d WHERE d.canonical_symbol = 'DXY'
                    AND d.timeframe = '1m')
                  AND NOT EXISTS (SELECT FROM public.derived_data_bars AS d WHERE d.canonical_symbol = 'DXY' AND d.timeframe = '1m'
                    AND d.ts_utc = b.ts_utc AND d.deleted_at IS NULL)
                """
            )
        );
        Assert.Equal(0, await host.BrokenEventsAsync());
        Assert.Equal(
            0,
            await host.TestHost.CountAsync("dxy.watched")
                + await host.TestHost.CountAsync("pg_trigger WHERE tgname LIKE 'dxy_mirror%' OR tgname LIKE 'dxy_capture_touch%'")
        );
    }
}
