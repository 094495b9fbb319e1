using System.Globalization;
using DxyOrleans.Core.Migration;
using DxyOrleans.Storage.Migration;
using DxyOrleans.Testing;

namespace DxyOrleans.Storage.Tests.Migration;

/// <summary>Runs from beginning to end on a dirty legacy shop, with bars arriving: disturbed ones end as undisturbed ones do.</summary>
public sealed class WholeRunTests(TestServer server)
{
    const int Until = 160;

    [Fact]
    public async Task A_run_that_dies_once_at_every_point_of_every_step_ends_as_an_undisturbed_one()
    {
        var points = new HashSet<string>(StringComparer.Ordinal);
        List<string> undisturbed;
        long batches;
        await using (var shop = await LegacyShop.OpenAsync(server, LegacyOptions.Dirty))
        {
            undisturbed = await CompleteAsync(shop, dies: point => !points.Add(point) && false);
            batches = await shop.Shop.CountAsync("dxy.run_batch");
        }

        await using var killed = await LegacyShop.OpenAsync(server, LegacyOptions.Dirty);
        var deadly = new HashSet<string>(points, StringComparer.Ordinal);
        var disturbed = await CompleteAsync(killed, deadly.Remove);

        Assert.Equal(undisturbed, disturbed);
        // An approval is done in the transaction that takes it: who died right after that never comes by the later point.
        Assert.All(deadly, point => Assert.EndsWith("/approval:done", point, StringComparison.Ordinal));
        Assert.InRange(await killed.Shop.CountAsync("dxy.run_batch"), 1, batches + points.Count);
        Assert.Equal(0, await killed.BrokenEventsAsync());
    }

    [Fact]
    public async Task A_run_that_dies_at_a_hundred_random_instants_ends_as_an_undisturbed_one()
    {
        var seed = Environment.GetEnvironmentVariable("DXY_TEST_SEED") is { Length: > 0 } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"DXY_TEST_SEED={seed}");
        List<string> undisturbed;
        await using (var shop = await LegacyShop.OpenAsync(server, LegacyOptions.Dirty))
        {
            undisturbed = await CompleteAsync(shop, null);
        }

        await using var killed = await LegacyShop.OpenAsync(server, LegacyOptions.Dirty);
        var random = new Random(seed);
        var deaths = 0;
        Assert.Equal(undisturbed, await CompleteAsync(killed, _ => random.Next(5) < 3 && ++deaths > 0));
        Assert.InRange(deaths, 100, int.MaxValue);
        Assert.Equal(0, await killed.BrokenEventsAsync());
    }

    static async Task<List<string>> CompleteAsync(LegacyShop shop, Func<string, bool>? dies)
    {
        var world = new MarketWorld(shop);
        await shop.StartAsync(MarketWorld.Settings);
        var run = await world.DriveAsync(dies: dies);
        Assert.True(run.State == RunState.Completed, $"{run.State} at {run.Step}: {run.Error}");
        await world.TickToAsync(Until);
        return await shop.OutcomeAsync();
    }
}
