using DxyOrleans.Core.Indexes;
using DxyOrleans.Deriving.Explaining;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>Why a minute is as it is, read in one snapshot.</summary>
public sealed class ExplainingTests(TestServer server)
{
    static Task<MinuteExplanation> ExplainAsync(Shop shop, int minute, Func<CancellationToken, Task>? between = null) =>
        new MinuteExplainer(shop.Data, between).ExplainAsync(IndexDefinition.Dxy, Shop.Minute(minute), Shop.Token);

    [Theory]
    [InlineData("new")]
    [InlineData("legacy")]
    public async Task It_takes_two_round_trips_whatever_there_is_to_say(string mode)
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.RunAsync($"SELECT dxy.flip_route('DXY', '{mode}')");
        await shop.StoreAsync(Shop.Minutes(0, 3).Concat(Shop.AllSix(3).Skip(1)));
        await shop.DrainAsync();
        await ExplainAsync(shop, 0);
        foreach (var (minute, status) in ((int, string)[])[(1, "stored, and equal"), (3, "missing: no EURUSD")])
        {
            using var trips = new RoundTrips();
            Assert.StartsWith(status, (await ExplainAsync(shop, minute)).Status, StringComparison.Ordinal);
            Assert.Equal(2, trips.Made.Count);
        }
    }

    [Fact]
    public async Task What_is_stored_while_it_reads_is_not_seen_in_half()
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.StoreAsync(Shop.Minutes(0, 2));
        await shop.DrainAsync();
        var before = await ExplainAsync(shop, 1);
        var why = await ExplainAsync(shop, 1, async _ =>
        {
            await shop.RunAsync("UPDATE data_bars SET high = 1.3, close = 1.3 WHERE canonical_symbol = 'EURUSD'");
            await shop.DrainAsync();
        });
        Assert.Equal("stored, and equal to what its inputs give", why.Status);
        Assert.Equal(before.Components, why.Components);
        Assert.Equal(before.Before, why.Before);
        Assert.NotEqual(before.Components, (await ExplainAsync(shop, 1)).Components);
    }

    [Fact]
    public async Task A_carried_close_is_shown_with_the_minute_it_is_of()
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.StoreAsync(Shop.Minutes(0, 2).Concat(Shop.AllSix(2).Skip(1)));
        await shop.AskAsync("DXY/1m", 0, 3, DerivingRules.LatestClose);
        await shop.DrainAsync();
        var why = await ExplainAsync(shop, 2);
        Assert.Equal((2, 1, "stored, and equal to what its inputs give"), (why.Rule.Version, why.Components[0].AgeMinutes, why.Status));
        Assert.All(why.Components.Skip(1), part => Assert.Equal(0, part.AgeMinutes));
    }
}
