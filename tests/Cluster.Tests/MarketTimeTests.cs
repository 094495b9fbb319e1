using DxyOrleans.Cluster.Tests.Harness;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Cluster.Tests;

public sealed class MarketTimeTests(TestServer server) : SiloTests(server)
{
    [Fact]
    public async Task The_last_bucket_before_the_Friday_close_is_emitted_on_Friday_and_not_before_it_has_ended()
    {
        Assert.SkipUnless(Server.Embedded is not null, "Market time can be set on an embedded server only.");
        var close = UtcTime.At(2024, 3, 8, 22);
        Assert.True(FxWeek.IsOpen(close - TimeSpan.FromMinutes(1)) && !FxWeek.IsOpen(close));
        var last = new TimeRange(close - TimeSpan.FromMinutes(5), close);

        // Market time stands still two seconds before the close, then goes on: nothing but time can be behind what is emitted after it.
        var cluster = await OpenAsync("friday");
        await cluster.ReadyAsync(1);
        var shop = cluster.Shop;
        await shop.HireIngestAsync();
        await SetClockAsync(shop, close - TimeSpan.FromSeconds(2), 1e-9);
        await shop.InsertAsync(last);
        await Until.TrueAsync("the minutes that have ended", async () => await CountAsync(shop, "data_bars", "1m", last) == 4, Soon);
        Assert.Equal(0, await CountAsync(shop, "derived_data_bars", "5m", last));

        await SetClockAsync(shop, close - TimeSpan.FromSeconds(2), 1);
        await Until.TrueAsync("the last bucket of the week", async () => await CountAsync(shop, "derived_data_bars", "5m", last) == 1, Soon);
        var emitted = UtcTime.From(await shop.ValueAsync<DateTime>($"SELECT created_at FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '5m' AND ts_utc = '{last.From}'"));
        Until.Measured("the last 5m bar of the week: emitted after the close, market time", emitted - close);
        Assert.InRange(emitted - close, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
        await Parity.ReachedAsync(shop, last.Widen(Timeframe.OneHour), 5, 7 * 2, Soon);
    }

    [Fact]
    public async Task A_pair_that_is_silent_for_ten_minutes_leaves_a_gap_of_those_minutes_in_the_index()
    {
        var cluster = await OpenAsync("gaps");
        var silo = cluster.Start(
            "--Feed", "simulated", "--Simulation:AlwaysOpen", "true", "--Simulation:GapRate", "0.5", "--Simulation:BackfillMinutes", "360");
        await silo.ReadyAsync();
        var shop = cluster.Shop;
        var now = await shop.NowAsync();
        var range = new TimeRange((now - TimeSpan.FromHours(5)).Floor(Timeframe.OneHour), now.Floor(Timeframe.OneHour));
        await Until.NothingIsMissingAsync("the simulated market's past is derived", async () =>
        {
            var pairs = await shop.CountAsync($"(SELECT canonical_symbol FROM data_bars WHERE canonical_symbol <> 'DXY' AND ts_utc >= timestamptz '{range.To}' - interval '1 hour' GROUP BY 1) AS p");
            return pairs == 6 ? (await Parity.OfAsync(shop, range)).Fault : $"{pairs} of six pairs have come";
        }, Soon);

        // Each stretch of ten minutes or more without a bar of some pair, and how many bars the index has in it.
        var silences = await shop.ListAsync(
            $"""
            SELECT s.canonical_symbol || ' ' || s.ts_utc || ' ' || (SELECT count(*) FROM data_bars AS d
                     WHERE d.canonical_symbol = 'DXY' AND d.ts_utc > s.ts_utc AND d.ts_utc < s.next_ts)
            FROM (SELECT canonical_symbol, ts_utc, lead(ts_utc) OVER (PARTITION BY canonical_symbol ORDER BY ts_utc) AS next_ts FROM data_bars
                  WHERE timeframe = '1m' AND canonical_symbol <> 'DXY' AND ts_utc >= '{range.From}' AND ts_utc < '{range.To}') AS s
            WHERE s.next_ts - s.ts_utc > interval '10 minutes'
            """);
        Assert.NotEmpty(silences);
        Assert.All(silences, silence => Assert.EndsWith(" 0", silence, StringComparison.Ordinal));
        Assert.True((await Parity.OfAsync(shop, range)).Minutes > 60);
    }

    static Task<int> SetClockAsync(Shop shop, UtcTime market, double rate) => shop.RunAsync(
        $"""
        INSERT INTO dxy.clock (anchor_real, anchor_market, rate) VALUES (clock_timestamp(), '{market}', {rate.ToString(System.Globalization.CultureInfo.InvariantCulture)})
        ON CONFLICT (only_row) DO UPDATE SET anchor_real = excluded.anchor_real, anchor_market = excluded.anchor_market, rate = excluded.rate
        """);

    static Task<long> CountAsync(Shop shop, string table, string timeframe, TimeRange range) =>
        shop.CountAsync($"{table} WHERE canonical_symbol = 'DXY' AND timeframe = '{timeframe}' AND ts_utc >= '{range.From}' AND ts_utc < '{range.To}'");
}
