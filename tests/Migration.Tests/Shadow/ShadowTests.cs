using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Shadow;
using DxyOrleans.Postgres;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests.Shadow;

public sealed class ShadowTests(TestServer server)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_host_whose_deriver_is_right_is_equal_whether_or_not_the_registry_knows_the_index(bool registered)
    {
        await using var legacy = await LegacyHost.OpenAsync(
            server,
            new LegacyOptions
            {
                Registered = registered,
                Superseded = 10,
                SoftDeleted = 10,
            }
        );
        await legacy.TestHost.AtAsync(TestHost.Minute(310));
        var before = await legacy.FingerprintAsync();

        var day = Assert.Single(await CheckAsync(legacy));

        Assert.Equal(
            ("DXY/1m", 300, true, TestHost.Open.Floor(Timeframe.OneDay)),
            (day.Target.ToString(), day.Equal, day.IsEqual, day.Day)
        );
        Assert.Equal(before, await legacy.FingerprintAsync());
        Assert.Equal(0, await legacy.TestHost.CountAsync("dxy.due"));
        Assert.Equal(0, await legacy.TestHost.CountAsync("dxy.adopted"));
    }

    [Fact]
    public async Task A_bad_print_a_missing_minute_and_an_extra_one_are_found_and_named()
    {
        await using var legacy = await LegacyHost.OpenAsync(server);
        await legacy.TestHost.AtAsync(TestHost.Minute(310));
        await legacy.TestHost.RunAsync(
            $"""
            UPDATE public.derived_data_bars SET close = close + 0.25, high = high + 0.25 WHERE ts_utc = '{TestHost.Minute(40)}';
            DELETE FROM public.derived_data_bars WHERE ts_utc = '{TestHost.Minute(60)}';
            DELETE FROM public.data_bars WHERE canonical_symbol = 'USDSEK' AND ts_utc = '{TestHost.Minute(80)}'
            """
        );

        var day = Assert.Single(await CheckAsync(legacy));

        Assert.Equal((297, 1, 1, 1), (day.Equal, day.Different, day.Missing, day.Extra));
        Assert.Equal(0.25m, day.LargestDifference, 6);
        Assert.Contains($"\"kind\": \"different\", \"shop\": ", day.Samples, StringComparison.Ordinal);
        foreach (var minute in (int[])[40, 60, 80])
        {
            Assert.Contains(TestHost.Minute(minute).ToString(), day.Samples, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_minute_that_the_hosts_deriver_still_has_time_for_is_not_missing()
    {
        await using var legacy = await LegacyHost.OpenAsync(server);
        await legacy.TestHost.RunAsync(LegacyTables.Fx(300, 2));
        await legacy.TestHost.AtAsync(TestHost.Minute(302));
        Assert.True(Assert.Single(await CheckAsync(legacy)).IsEqual);

        await legacy.TestHost.AtAsync(TestHost.Minute(303));
        Assert.Equal(1, Assert.Single(await CheckAsync(legacy)).Missing);
    }

    [Fact]
    public async Task What_the_hosts_aggregator_writes_is_compared_where_it_writes()
    {
        await using var legacy = await LegacyHost.OpenAsync(server);
        await legacy.TestHost.AtAsync(TestHost.Minute(310));
        await legacy.TestHost.RunAsync(
            """
            INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT 'DXY', '5m', date_bin('5 min', ts_utc, '2000-01-01Z'), (array_agg(open ORDER BY ts_utc))[1], max(high), min(low),
              (array_agg(close ORDER BY ts_utc DESC))[1], 'derived'
            FROM public.derived_data_bars WHERE timeframe = '1m' GROUP BY 3
            """
        );
        Assert.All(await CheckAsync(legacy), day => Assert.True(day.IsEqual, day.ToString()));

        await legacy.TestHost.RunAsync(
            $"UPDATE public.derived_data_bars SET high = high + 1 WHERE timeframe = '5m' AND ts_utc = '{TestHost.Minute(60)}'"
        );
        await legacy.TestHost.AtAsync(TestHost.Minute(311));
        var found = await CheckAsync(legacy);
        Assert.Equal((59, 1), (found[1].Equal, found[1].Different));
        Assert.True(found[0].IsEqual);
    }

    [Fact]
    public async Task Days_that_are_over_have_their_turn_after_today_and_again_an_hour_later()
    {
        await using var legacy = await LegacyHost.OpenAsync(server);
        await legacy.TestHost.AtAsync(TestHost.Minute(310) + TimeSpan.FromDays(2));
        await CheckAsync(legacy);
        Assert.Equal(
            [TestHost.Minute(-480) + TimeSpan.FromDays(1), TestHost.Minute(-480) + TimeSpan.FromDays(2)],
            (await CheckAsync(legacy)).Select(day => day.Day)
        );
        var known = await CheckAsync(legacy);
        Assert.Equal((300, 3), (known[0].Equal, known.Count));

        var now = TestHost.Minute(310) + TimeSpan.FromDays(2);
        Assert.Null(ShadowComparison.Next(known, now, 2));
        Assert.Equal(now.Floor(Timeframe.OneDay), ShadowComparison.Next(known, now + TimeSpan.FromMinutes(1), 2));
    }

    [Fact]
    public async Task A_day_that_can_not_be_compared_is_named_and_stops_no_other_day_and_no_other_target()
    {
        await using var legacy = await LegacyHost.OpenAsync(server);
        await legacy.TestHost.AtAsync(TestHost.Minute(310) + TimeSpan.FromDays(1));
        await legacy.TestHost.RunAsync(
            $"""
            INSERT INTO public.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT 'DXY', '5m', date_bin('5 min', ts_utc, '2000-01-01Z'), (array_agg(open ORDER BY ts_utc))[1], max(high), min(low),
              (array_agg(close ORDER BY ts_utc DESC))[1], 'derived'
            FROM public.derived_data_bars WHERE timeframe = '1m' GROUP BY 3;
            CREATE FUNCTION public.sound(name text, at timestamptz) RETURNS boolean LANGUAGE plpgsql AS $$
              BEGIN IF name = '5m' AND at = '{TestHost.Minute(5)}' THEN RAISE 'a row that throws'; END IF; RETURN true; END $$;
            ALTER TABLE public.derived_data_bars ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
            CREATE POLICY sound ON public.derived_data_bars USING (public.sound(timeframe, ts_utc))
            """
        );
        var (store, comparison) = (new ShadowStore(legacy.Data), new ShadowComparison(legacy.Data));
        for (var look = 0; look < 3; look++)
        {
            await comparison.CheckAsync(store, 2, TestHost.Token);
        }

        var days = await store.ListAsync(legacy.Symbol, TestHost.Token);
        var failed = Assert.Single(days, day => day.Fault is not null);
        Assert.Equal(("DXY/5m", TestHost.Open.Floor(Timeframe.OneDay), false), (failed.Target.ToString(), failed.Day, failed.WasCompared));
        Assert.Contains("a row that throws", failed.Fault, StringComparison.Ordinal);
        Assert.Equal(300, Assert.Single(days, day => day.Target.ToString() == "DXY/1m" && day.Day == failed.Day).Equal);
        Assert.Contains(days, day => day.Target == failed.Target && day.WasCompared);
        var verdict = ShadowVerdict.Of(days, await legacy.Data.NowAsync(TestHost.Token));
        Assert.Equal(ShadowState.Failed, verdict.State);
        Assert.Contains("DXY/5m", verdict.Text, StringComparison.Ordinal);

        // Mended, it is compared when its turn comes again.
        await legacy.TestHost.RunAsync("ALTER TABLE public.derived_data_bars NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY");
        await legacy.TestHost.AtAsync(TestHost.Minute(310) + TimeSpan.FromDays(1) + TimeSpan.FromHours(2));
        for (var look = 0; look < 4; look++)
        {
            await comparison.CheckAsync(store, 2, TestHost.Token);
        }

        Assert.Equal(
            ShadowState.Equal,
            ShadowVerdict.Of(await store.ListAsync(legacy.Symbol, TestHost.Token), await legacy.Data.NowAsync(TestHost.Token)).State
        );
    }

    [Fact]
    public async Task A_verdict_that_nobody_renews_is_old_and_a_definition_that_is_none_stops_no_other_index()
    {
        await using var legacy = await LegacyHost.OpenAsync(server);
        await legacy.TestHost.AtAsync(TestHost.Minute(310));
        await legacy.TestHost.RunAsync(
            """
            INSERT INTO public.core_asset_registry_all (canonical_symbol, asset_class, active, metadata) VALUES ('EXY', 'currency_index',
              true, '{"is_synthetic": true, "components": ["EURUSD"], "factor": "x"}')
            """
        );
        var days = await CheckAsync(legacy);
        Assert.Equal(ShadowState.Equal, ShadowVerdict.Of(days, TestHost.Minute(310)).State);
        Assert.Equal(ShadowState.Equal, ShadowVerdict.Of(days, TestHost.Minute(325)).State);
        var old = ShadowVerdict.Of(days, TestHost.Minute(326));
        Assert.Equal((ShadowState.Old, TestHost.Minute(310)), (old.State, old.Newest));
        Assert.Equal(ShadowState.NotCompared, ShadowVerdict.Of([], TestHost.Minute(310)).State);
    }

    static async Task<List<ShadowDay>> CheckAsync(LegacyHost legacy)
    {
        var store = new ShadowStore(legacy.Data);
        await new ShadowComparison(legacy.Data).CheckAsync(store, 2, TestHost.Token);
        return await store.ListAsync(legacy.Symbol, TestHost.Token);
    }
}
