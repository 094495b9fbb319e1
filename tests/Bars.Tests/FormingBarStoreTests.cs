using DxyOrleans.Core.Bars;
using DxyOrleans.Testing;

namespace DxyOrleans.Bars.Tests;

public sealed class FormingBarStoreTests(TestServer server)
{
    static readonly FormingBar First = FormingBar.Begin(Shop.One("EURUSD"), new Quote(Shop.Minute(0) + TimeSpan.FromSeconds(1), 1.1m));

    static readonly FormingBar Second = First.Add(new Quote(Shop.Minute(0) + TimeSpan.FromSeconds(2), 1.2m));

    [Fact]
    public async Task What_was_saved_loads_as_it_was_under_the_next_revision()
    {
        await using var shop = await Shop.OpenAsync(server);
        var store = new FormingBarStore(shop.Data);
        Assert.True(await store.SaveAsync(new SavedForming(First, BarSource.Vendor, 0), Shop.Token));
        Assert.True(await store.SaveAsync(new SavedForming(Second, BarSource.Vendor, 1), Shop.Token));
        Assert.Equal([new SavedForming(Second, BarSource.Vendor, 2)], await store.LoadAsync(First.Series, Shop.Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task Who_saw_another_revision_saves_nothing(long revision)
    {
        await using var shop = await Shop.OpenAsync(server);
        var store = new FormingBarStore(shop.Data);
        await store.SaveAsync(new SavedForming(First, BarSource.Vendor, 0), Shop.Token);
        Assert.False(await store.SaveAsync(new SavedForming(Second, BarSource.Vendor, revision), Shop.Token));
        Assert.Equal(First, Assert.Single(await store.LoadAsync(First.Series, Shop.Token)).Bar);
    }

    [Fact]
    public async Task A_minute_that_was_removed_is_not_saved_back_by_one_who_saw_it_before()
    {
        await using var shop = await Shop.OpenAsync(server);
        var store = new FormingBarStore(shop.Data);
        await store.SaveAsync(new SavedForming(First, BarSource.Vendor, 0), Shop.Token);
        await store.RemoveAsync(First.Series, First.Time, Shop.Token);
        Assert.False(await store.SaveAsync(new SavedForming(Second, BarSource.Vendor, 1), Shop.Token));
        Assert.Empty(await store.LoadAsync(First.Series, Shop.Token));
    }

    [Fact]
    public async Task Of_many_at_once_that_saw_the_same_revision_one_saves()
    {
        await using var shop = await Shop.OpenAsync(server);
        var store = new FormingBarStore(shop.Data);
        for (long revision = 0; revision < 10; revision++)
        {
            var seen = new SavedForming(Second, BarSource.Vendor, revision);
            Assert.Single(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.SaveAsync(seen, Shop.Token))), won => won);
        }
    }

    [Fact]
    public async Task Series_whose_minute_has_ended_are_overdue()
    {
        await using var shop = await Shop.OpenAsync(server);
        var store = new FormingBarStore(shop.Data);
        await store.SaveAsync(new SavedForming(First, BarSource.Vendor, 0), Shop.Token);
        await shop.AtAsync(Shop.Minute(1) - TimeSpan.FromSeconds(1));
        Assert.Empty(await store.OverdueAsync(Shop.Token));
        await shop.AtAsync(Shop.Minute(1));
        Assert.Equal([First.Series], await store.OverdueAsync(Shop.Token));
    }
}
