using DxyOrleans.Core.Migration;
using DxyOrleans.Storage.Migration;
using DxyOrleans.Testing;

namespace DxyOrleans.Storage.Tests.Migration;

/// <summary>Going back from each phase, dying on the way, while bars arrive.</summary>
public sealed class RollbackTests(TestServer server)
{
    // One of each kind of state; DXY_LONG goes back from every phase.
    public static TheoryData<string> Steps { get; } = Environment.GetEnvironmentVariable("DXY_LONG") is { Length: > 0 }
        ? [.. MigrationSteps.All.Where(step => step.Phase != MigrationPhase.Purge).Select(step => step.Name), "completed"]
        : ["schema/proof", "derive/dual-write", "derive/quiet", "copy/bars", "deploy/verify", "cleanup/remove", "completed"];

    [Theory]
    [MemberData(nameof(Steps))]
    public Task Rolled_back_from_any_phase_everything_is_as_before_and_what_arrived_is_in_the_old_table(string from) => RollBackAsync(from, LegacyOptions.Dirty);

    [Fact]
    public Task So_it_is_on_partitions_after_all_is_done() => RollBackAsync("completed", LegacyOptions.Dirty with { Partitioned = true });

    async Task RollBackAsync(string from, LegacyOptions options)
    {
        await using var shop = await LegacyShop.OpenAsync(server, options);
        var before = await shop.OutcomeAsync();
        var world = new MarketWorld(shop);
        await shop.StartAsync(MarketWorld.Settings);
        var reached = await world.DriveAsync(run => run.Step == from);
        Assert.True(reached.Step == from || reached.State == RunState.Completed, $"{reached.State} at {reached.Step}: {reached.Error}");
        for (var minute = 0; minute < 3; minute++)
        {
            await world.TickAsync();
        }

        await shop.RollBackAsync();
        var deadly = new Random(7);
        var end = await world.DriveAsync(dies: _ => deadly.Next(6) == 0);
        Assert.True(end.State == RunState.RolledBack, $"{end.State} at {end.Step}: {end.Error}");

        var after = await shop.OutcomeAsync();
        Assert.Empty(before.Except(after));
        Assert.All(after.Except(before), line => Assert.True(
            line.StartsWith("old (DXY,", StringComparison.Ordinal) || (line.StartsWith("new (", StringComparison.Ordinal) && !line.Contains("DXY", StringComparison.Ordinal)), line));
        Assert.Equal(before.Count(line => line.StartsWith("new (DXY", StringComparison.Ordinal)), after.Count(line => line.StartsWith("new (DXY", StringComparison.Ordinal)));
        Assert.Equal(0, await shop.Shop.ValueAsync<long>($"""
            SELECT count(*) FROM public.data_bars AS b
            WHERE b.canonical_symbol = 'EURUSD' AND b.timeframe = '1m'
              AND b.ts_utc < (SELECT max(d.ts_utc) FROM public.derived_data_bars AS d WHERE d.canonical_symbol = 'DXY' AND d.timeframe = '1m')
              AND NOT EXISTS (SELECT FROM public.derived_data_bars AS d WHERE d.canonical_symbol = 'DXY' AND d.timeframe = '1m' AND d.ts_utc = b.ts_utc AND d.deleted_at IS NULL)
            """));
        Assert.Equal(0, await shop.BrokenEventsAsync());
    }
}
