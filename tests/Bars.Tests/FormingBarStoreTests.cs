using DxyOrleans.Bars.Forming;
using DxyOrleans.Core.Bars;
using DxyOrleans.Testing;

namespace DxyOrleans.Bars.Tests;

public sealed class FormingBarStoreTests(TestServer server)
{
    static readonly FormingBar First = FormingBar.Begin(
        TestHost.One("EURUSD"),
        new Quote(TestHost.Minute(0) + TimeSpan.FromSeconds(1), 1.1m)
    );

    static readonly FormingBar Second = First.Add(new Quote(TestHost.Minute(0) + TimeSpan.FromSeconds(2), 1.2m));

    [Fact]
    public async Task What_was_saved_loads_as_it_was_under_the_next_revision()
    {
        await using var host = await TestHost.OpenAsync(server);
        var store = new FormingBarStore(host.Data);
        Assert.True(await store.SaveAsync(new SavedForming(First, BarSource.Vendor, 0), TestHost.Token));
        Assert.True(await store.SaveAsync(new SavedForming(Second, BarSource.Vendor, 1), TestHost.Token));
        Assert.Equal([new SavedForming(Second, BarSource.Vendor, 2)], await store.LoadAsync(First.Series, TestHost.Token));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task Who_saw_another_revision_saves_nothing(long revision)
    {
        await using var host = await TestHost.OpenAsync(server);
        var store = new FormingBarStore(host.Data);
        await store.SaveAsync(new SavedForming(First, BarSource.Vendor, 0), TestHost.Token);
        Assert.False(await store.SaveAsync(new SavedForming(Second, BarSource.Vendor, revision), TestHost.Token));
        Assert.Equal(First, Assert.Single(await store.LoadAsync(First.Series, TestHost.Token)).Bar);
    }

    [Fact]
    public async Task A_minute_that_was_removed_is_not_saved_back_by_one_who_saw_it_before()
    {
        await using var host = await TestHost.OpenAsync(server);
        var store = new FormingBarStore(host.Data);
        await store.SaveAsync(new SavedForming(First, BarSource.Vendor, 0), TestHost.Token);
        await store.RemoveAsync(First.Series, First.Time, TestHost.Token);
        Assert.False(await store.SaveAsync(new SavedForming(Second, BarSource.Vendor, 1), TestHost.Token));
        Assert.Empty(await store.LoadAsync(First.Series, TestHost.Token));
    }

    [Fact]
    public async Task Of_many_at_once_that_saw_the_same_revision_one_saves()
    {
        await using var host = await TestHost.OpenAsync(server);
        var store = new FormingBarStore(host.Data);
        for (long revision = 0; revision < 10; revision++)
        {
            var seen = new SavedForming(Second, BarSource.Vendor, revision);
            Assert.Single(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.SaveAsync(seen, TestHost.Token))), won => won);
        }
    }

    [Fact]
    public async Task Series_whose_minute_has_ended_are_overdue()
    {
        await using var host = await TestHost.OpenAsync(server);
        var store = new FormingBarStore(host.Data);
        await store.SaveAsync(new SavedForming(First, BarSource.Vendor, 0), TestHost.Token);
        await host.AtAsync(TestHost.Minute(1) - TimeSpan.FromSeconds(1));
        Assert.Empty(await store.OverdueAsync(TestHost.Token));
        await host.AtAsync(TestHost.Minute(1));
        Assert.Equal([First.Series], await store.OverdueAsync(TestHost.Token));
    }
}
