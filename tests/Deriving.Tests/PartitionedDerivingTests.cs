using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Inline;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Schema.Registry;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>The same bars come of the same bars, whether <c>data_bars</c> is in monthly partitions or in one piece.</summary>
public sealed class PartitionedDerivingTests(TestServer server)
{
    /// <summary>2024-02-29 21:00Z: the month ends 180 minutes later.</summary>
    const int First = -4980;

    const string All = """
        SELECT concat_ws(' ', b.canonical_symbol, b.timeframe, b.ts_utc AT TIME ZONE 'UTC', b.open, b.high, b.low, b.close, b.vol, b.vwap,
          b.trade_count, b.raw)
        FROM (SELECT canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, raw FROM public.data_bars
              UNION ALL SELECT canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, raw
                FROM public.derived_data_bars) AS b ORDER BY 1
        """;

    [Fact]
    public async Task Minutes_and_rollups_across_a_months_end_are_those_of_a_table_in_one_piece_and_are_left_alone_the_next_time()
    {
        await using var whole = await TestHost.OpenAsync(server);
        await using var divided = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        foreach (var host in new[] { whole, divided })
        {
            await host.StoreAsync(TestHost.Minutes(First, 1000));
            await host.DrainAsync();
        }

        var bars = await divided.TextsAsync(All);
        Assert.Equal(await whole.TextsAsync(All), bars);
        Assert.Equal(1000, bars.Count(line => line.StartsWith("DXY 1m", StringComparison.Ordinal)));
        Assert.Equal(
            ["data_bars_2024_02", "data_bars_2024_03"],
            await divided.TextsAsync("SELECT DISTINCT tableoid::regclass::text FROM public.data_bars ORDER BY 1")
        );

        var range = new TimeRange(TestHost.Minute(First), TestHost.Minute(First + 1000));
        await new DueStore(divided.Data).RequestAsync(TestHost.One("DXY"), range, "request", null, prune: false, TestHost.Token);
        var slices = new List<SliceOutcome>();
        await (await divided.DeriverAsync("DXY/1m")).DrainAsync(slices.Add, TestHost.Token);
        Assert.Equal((0, 0, 1000), (slices.Sum(slice => slice.New), slices.Sum(slice => slice.Changed), slices.Sum(slice => slice.Equal)));
        foreach (var target in new[] { "DXY/1m", "DXY/1h", "EURUSD/5m" })
        {
            Assert.Empty(
                (
                    await new TargetVerifier(divided.Data, await divided.RuleAsync(target)).CompareAsync(range, false, TestHost.Token)
                ).Differences
            );
        }
    }

    [Fact]
    public async Task A_correction_is_told_derived_again_and_remembered()
    {
        await using var host = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        await host.StoreAsync(TestHost.Minutes(First, 300));
        await host.DrainAsync();
        await host.RunAsync(
            $"UPDATE public.data_bars SET close = close + 0.0005 WHERE canonical_symbol = 'EURUSD' AND ts_utc IN "
                + $"('{TestHost.Minute(First + 10)}', '{TestHost.Minute(First + 290)}')"
        );
        await host.DrainAsync();
        Assert.Equal(
            ["DXY 2", "EURUSD 2"],
            await host.TextsAsync(
                "SELECT canonical_symbol || ' ' || count(*) FROM dxy.correction WHERE timeframe = '1m' GROUP BY canonical_symbol ORDER BY 1"
            )
        );
        foreach (var target in new[] { "DXY/1m", "DXY/5m", "EURUSD/1h" })
        {
            Assert.Empty(
                (
                    await new TargetVerifier(host.Data, await host.RuleAsync(target)).CompareAsync(
                        new TimeRange(TestHost.Minute(First), TestHost.Minute(First + 300)),
                        false,
                        TestHost.Token
                    )
                ).Differences
            );
        }
    }

    [Fact]
    public async Task An_index_minute_rides_its_sixth_bars_commit()
    {
        await using var host = await TestHost.OpenAsync(server, partitions: Partitioned.Monthly);
        var registry = await new RegistryStore(host.Data).LoadAsync(TestHost.Token);
        await using var writer = new BarWriter(new BarStore(host.Data, TimeProvider.System), new InlineIndexes(() => registry));
        WrittenBar last = default;
        foreach (var bar in TestHost.AllSix(0))
        {
            last = Assert.Single(await writer.WriteAsync([bar], BarSource.Ingest, TestHost.Token));
        }

        Assert.Equal(
            Assert.Single(last.Derived!.Value).Close,
            await host.ValueAsync<decimal>("SELECT close FROM public.data_bars_2024_03 WHERE canonical_symbol = 'DXY'")
        );
    }
}
