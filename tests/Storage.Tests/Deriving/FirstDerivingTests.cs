using DxyOrleans.Testing;

namespace DxyOrleans.Storage.Tests.Deriving;

public sealed class FirstDerivingTests(TestServer server)
{
    [Fact]
    public async Task Six_bars_of_a_minute_become_the_index_and_the_rollups()
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.StoreAsync(Shop.Minutes(0, 120));
        await shop.DrainAsync();

        Assert.Equal(120, await shop.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(24 * 7, await shop.ValueAsync<long>("SELECT count(*) FROM derived_data_bars WHERE timeframe = '5m'"));
        Assert.Equal(2 * 7, await shop.ValueAsync<long>("SELECT count(*) FROM derived_data_bars WHERE timeframe = '1h'"));
        Assert.Equal(0, await shop.CountAsync("dxy.due"));
    }
}
