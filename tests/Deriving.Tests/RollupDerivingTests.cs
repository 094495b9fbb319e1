using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

public sealed class RollupDerivingTests(TestServer server)
{
    [Fact]
    public async Task Rollups_equal_what_plain_SQL_gives()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(TestHost.Minutes(0, 200).Where(bar => bar.Time.Minute % 7 != 3 || bar.Symbol.Name != "EURUSD"));
        await host.RunAsync(
            "UPDATE data_bars SET vol = extract(minute FROM ts_utc) * 1.25, trade_count = extract(minute FROM ts_utc), vwap = CASE WHEN "
                + "extract(minute FROM ts_utc)::integer % 4 > 0 THEN close END"
        );
        await host.DrainAsync();
        Assert.Equal(7 * (40 + 4), await host.CountAsync("derived_data_bars"));
        Assert.Empty(
            await host.TextsAsync(
                """
                WITH plain AS (
                  SELECT b.canonical_symbol, t.timeframe, date_bin(t.length, b.ts_utc, '2000-01-01Z') AS ts_utc,
                         (array_agg(b.open ORDER BY b.ts_utc))[1] AS open, max(b.high) AS high, min(b.low) AS low, (array_agg(b.close
                           ORDER BY b.ts_utc DESC))[1] AS close,
                         sum(b.vol) AS vol, round(sum(b.vwap * b.vol) / nullif(sum(b.vol) FILTER (WHERE b.vwap IS NOT NULL), 0), 8) AS vwap,
                         sum(b.trade_count)::integer AS trade_count, count(*) AS inputs
                  FROM data_bars AS b, (VALUES ('5m', interval '5 minutes'), ('1h', interval '1 hour')) AS t(timeframe, length)
                  GROUP BY 1, 2, 3
                )
                SELECT coalesce(p.canonical_symbol, d.canonical_symbol) || ' ' || coalesce(p.ts_utc, d.ts_utc) FROM plain AS p
                FULL JOIN derived_data_bars AS d ON (d.canonical_symbol, d.timeframe, d.ts_utc) = (p.canonical_symbol, p.timeframe,
                  p.ts_utc)
                WHERE (p.open, p.high, p.low, p.close, p.vol, p.vwap, p.trade_count, p.inputs)
                      IS DISTINCT FROM (d.open, d.high, d.low, d.close, d.vol, d.vwap, d.trade_count, (d.raw->>'inputs')::bigint)
                   OR d.is_partial OR d.source <> 'derived'
                """
            )
        );
    }

    [Fact]
    public async Task A_bucket_is_emitted_when_its_end_and_the_grace_have_passed_and_not_before()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(Enumerable.Range(0, 5).Select(minute => TestHost.Fx("EURUSD", minute)));
        await host.AtAsync(TestHost.Minute(5));
        await host.DrainAsync();
        Assert.Equal(0, await host.CountAsync("derived_data_bars"));
        await host.AtAsync(TestHost.Minute(5) + TimeSpan.FromSeconds(1));
        await host.DrainAsync();
        Assert.Equal("5", await host.ValueAsync<string>("SELECT string_agg(raw->>'inputs', ',') FROM derived_data_bars"));
    }

    [Fact]
    public async Task Vanished_inputs_do_not_shrink_a_rollup_unless_it_is_pruned()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(Enumerable.Range(0, 5).Select(minute => TestHost.Fx("EURUSD", minute)));
        await host.DrainAsync();
        await host.RunAsync("DELETE FROM data_bars WHERE ts_utc >= '2024-03-04 08:02Z'");
        await host.DrainAsync();
        Assert.Equal("5", await host.ValueAsync<string>("SELECT raw->>'inputs' FROM derived_data_bars WHERE timeframe = '5m'"));

        await host.AskAsync("EURUSD/5m", 0, 1, prune: true);
        await host.DrainAsync();
        Assert.Equal("2", await host.ValueAsync<string>("SELECT raw->>'inputs' FROM derived_data_bars WHERE timeframe = '5m'"));
        await host.RunAsync("DELETE FROM data_bars");
        await host.AskAsync("EURUSD/5m", 0, 1, prune: true);
        await host.DrainAsync();
        Assert.Equal(
            1,
            await host.ValueAsync<long>("SELECT count(*) FROM derived_data_bars WHERE timeframe = '5m' AND deleted_at IS NOT NULL")
        );
    }

    [Fact]
    public async Task A_late_bar_renews_its_buckets_and_no_other()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.StoreAsync(Enumerable.Range(0, 120).Where(minute => minute != 33).Select(minute => TestHost.Fx("EURUSD", minute)));
        await host.DrainAsync();
        await host.AtAsync(TestHost.Open + TimeSpan.FromDays(2));
        await host.StoreAsync(TestHost.Fx("EURUSD", 33, 1.5m));
        await host.DrainAsync();
        Assert.Equal(
            ["1h 08:00", "5m 08:30"],
            await host.TextsAsync(
                "SELECT timeframe || to_char(ts_utc AT TIME ZONE 'UTC', ' HH24:MI') FROM derived_data_bars WHERE high > 1.5 AND "
                    + "updated_at > created_at ORDER BY 1"
            )
        );
        Assert.Equal(2, await host.ValueAsync<long>("SELECT count(*) FROM derived_data_bars WHERE updated_at > created_at"));
    }

    [Theory]
    [InlineData("legacy", 0, 3)]
    [InlineData("both", 3, 3)]
    [InlineData("both_read_new", 3, 3)]
    [InlineData("new", 3, 0)]
    public async Task The_route_says_which_tables_get_the_index_in_one_transaction(string mode, int inData, int inDerived)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync($"SELECT dxy.flip_route('DXY', '{mode}')");
        await host.StoreAsync(TestHost.Minutes(0, 3));
        await host.DrainAsync();
        Assert.Equal(inData, await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'"));
        Assert.Equal(
            inDerived,
            await host.ValueAsync<long>("SELECT count(*) FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'")
        );
        Assert.Equal(
            "3",
            await host.ValueAsync<string>(
                "SELECT raw->>'inputs' FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '5m'"
            )
        );
        Assert.Equal(
            inData + inDerived,
            await host.ValueAsync<long>(
                "SELECT count(*) FROM (SELECT xmin FROM data_bars WHERE canonical_symbol = 'DXY' UNION ALL SELECT xmin FROM "
                    + "derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m') AS x WHERE xmin = (SELECT max(xmin::text) "
                    + "FROM data_bars WHERE canonical_symbol = 'DXY')::xid OR NOT EXISTS (SELECT FROM data_bars WHERE "
                    + "canonical_symbol = 'DXY')"
            )
        );
    }

    [Fact]
    public async Task Long_work_goes_in_slices_each_committed()
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.AtAsync(TestHost.Open + TimeSpan.FromDays(20));
        await host.RunAsync(
            """
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT p, '1m', t, 1.1, 1.1, 1.1, 1.1, 'ingest' FROM unnest(ARRAY['EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF'])
              AS p,
                   generate_series(timestamptz '2024-03-04 08:00Z', '2024-03-14 07:59Z', '1 minute') AS t
            """
        );
        var slices = new List<SliceOutcome>();
        var waiting = new List<long>();
        var deriver = await host.DeriverAsync("DXY/1m");
        while (await deriver.ProcessSliceAsync(TestHost.Token) is { Window: not null } slice)
        {
            slices.Add(slice);
            waiting.Add(await host.ValueAsync<long>("SELECT count(*) FROM dxy.due WHERE symbol = 'DXY' AND timeframe = '1m'"));
        }

        Assert.Equal(14_400, slices.Sum(slice => slice.New));
        Assert.InRange(slices.Max(slice => slice.Window!.Value.Length), TimeSpan.FromMinutes(1), deriver.Rule.MaxBlock);
        Assert.Equal(slices.Skip(1).Select(slice => slice.Window!.Value.From), slices.SkipLast(1).Select(slice => slice.Window!.Value.To));
        // A piece for the week that ends on Saturday the 9th, one for the next.
        var saturday = UtcTime.Parse("2024-03-09T00:00:00Z");
        Assert.Equal(
            slices.Select(
                (slice, i) =>
                    i == slices.Count - 1 ? 0L
                    : slice.Window!.Value.To < saturday ? 2L
                    : 1L
            ),
            waiting
        );
    }
}
