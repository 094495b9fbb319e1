using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>Weeks of one target are derived at once, each by one deriver at a time.</summary>
public sealed class WeekTests(TestServer server)
{
    const int Weeks = 5;

    // The Saturdays on which the weeks of the shop's first bars begin.
    static readonly UtcTime First = UtcTime.Parse("2024-03-02T00:00:00Z");

    static UtcTime Week(int number) => First + TimeSpan.FromDays(7 * number);

    [Theory]
    [InlineData("2024-03-04 08:00Z", "2024-03-09 00:00Z", 1)]
    [InlineData("2024-03-09 00:00Z", "2024-03-16 00:00Z", 1)]
    [InlineData("2024-03-08 23:59Z", "2024-03-09 00:01Z", 2)]
    [InlineData("2014-03-04 08:00Z", "2024-03-04 08:00Z", 523)]
    [InlineData("1999-12-20 00:00Z", "2000-01-02 00:00Z", 3)]
    public async Task Work_that_reaches_over_weeks_is_recorded_as_a_piece_a_week(string from, string to, int pieces)
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.RunAsync(
            $"INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, version, prune, recorded_at) VALUES ('DXY', '1m', "
                + $"'{from}', '{to}', 'request', 2, true, now())"
        );
        Assert.Equal(
            $"{pieces} 1 true",
            await shop.ValueAsync<string>(
                $"""
                SELECT count(*) || ' ' || count(DISTINCT (cause, version, prune, recorded_at)) || ' ' || (range_agg(tstzrange(from_ts,
                  to_ts)) = tstzmultirange(tstzrange('{from}', '{to}')))
                FROM dxy.due WHERE dxy.week_of(from_ts) = dxy.week_of(to_ts - interval '1 microsecond')
                """
            )
        );
    }

    [Fact]
    public async Task A_request_of_all_time_is_cut_to_where_there_are_bars()
    {
        await using var shop = await Shop.OpenAsync(server);
        var (due, ever) = (new DueStore(shop.Data), new TimeRange(UtcTime.At(1, 1, 1), UtcTime.At(9999, 12, 31)));
        Assert.True((await due.RequestAsync(Shop.One("DXY"), ever, "request", null, false, Shop.Token)).IsEmpty);
        Assert.Equal(0, await shop.CountAsync("dxy.due"));

        await shop.StoreAsync(Shop.AllSix(0).Concat(Shop.AllSix(9)));
        Assert.Equal(
            new TimeRange(Shop.Minute(0), Shop.Minute(9 + 1440)),
            await due.RequestAsync(Shop.One("DXY"), ever, "request", null, false, Shop.Token)
        );
        Assert.Equal(1, await shop.CountAsync("dxy.due"));
        await shop.DrainAsync();
        Assert.Equal(2, await shop.CountAsync("data_bars WHERE canonical_symbol = 'DXY'"));
    }

    [Theory]
    [InlineData("infinity", 54)]
    [InlineData("9999-01-04 00:00Z", 54)]
    [InlineData("0001-01-01 00:00Z", 2830)]
    public async Task A_bar_whose_time_is_a_mistake_doesnt_make_every_week_due_and_the_others_are_worked_on(string time, int most)
    {
        await using var shop = await Shop.OpenAsync(server);
        await shop.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT 'EURUSD', '1m', t, 1, 1, 1, 1, 'ingest' FROM unnest(ARRAY['{Shop.Minute(0)}', '{time}']::timestamptz[]) AS t
            """
        );
        await new DueStore(shop.Data).ExpandAsync(Shop.Token);
        Assert.InRange(await shop.CountAsync("dxy.due WHERE timeframe = '1m'"), 1, most);
        await (await shop.DeriverAsync("EURUSD/5m")).ProcessSliceAsync(Shop.Token);
        await shop.RunAsync("DELETE FROM dxy.due WHERE from_ts < '2024-03-01Z'");
        await shop.DrainAsync();
        Assert.Equal(
            1,
            await shop.CountAsync(
                $"derived_data_bars WHERE canonical_symbol = 'EURUSD' AND timeframe = '5m' AND ts_utc = '{Shop.Minute(0)}'"
            )
        );
    }

    [Fact]
    public async Task While_a_week_is_derived_another_deriver_does_the_others_and_then_waits_for_it()
    {
        await using var shop = await FilledAsync();
        var (paused, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = (await shop.DeriverAsync("DXY/1m", async (at, token) =>
            {
                if (at == DeriveStep.Written && paused.TrySetResult())
                {
                    await go.Task.WaitAsync(token);
                }
            })).ProcessSliceAsync(Shop.Token);
        await paused.Task.WaitAsync(Shop.Token);

        var windows = new List<TimeRange>();
        var second = (await shop.DeriverAsync("DXY/1m")).DrainAsync(slice => windows.Add(slice.Window!.Value), Shop.Token);
        await WaitsAsync(shop);
        Assert.Equal([1L, 2, 3, 4], windows.Select(window => (window.From - First).Days / 7).Distinct().Order().Select(week => (long)week));
        go.SetResult();
        var done = await first;
        await second;
        Assert.True(done.Window!.Value.To <= Week(1));
        await SoundAsync(shop);
    }

    [Fact]
    public async Task Who_locks_the_whole_target_waits_for_every_week_and_keeps_all_waiting()
    {
        const string TryAll = "SELECT pg_try_advisory_xact_lock(21881, hashtext('DXY/1m'))";
        await using var shop = await FilledAsync();
        var tried = new List<bool>();
        await (
            await shop.DeriverAsync("DXY/1m", async (at, _) =>
                tried.Add(at == DeriveStep.Committed || !await shop.ValueAsync<bool>(TryAll))
            )
        ).ProcessSliceAsync(Shop.Token);
        Assert.All(tried, Assert.True);

        await using var connection = await shop.Data.OpenConnectionAsync(Shop.Token);
        var transaction = await connection.BeginTransactionAsync(Shop.Token);
        await using (var command = new Npgsql.NpgsqlCommand("SELECT dxy.lock_target('DXY', '1m')", connection, transaction))
        {
            await command.ExecuteNonQueryAsync(Shop.Token);
        }

        var waiting = (await shop.DeriverAsync("DXY/1m")).ProcessSliceAsync(Shop.Token);
        await WaitsAsync(shop);
        Assert.False(waiting.IsCompleted);
        await transaction.CommitAsync(Shop.Token);
        Assert.NotNull((await waiting).Window);
    }

    [Fact]
    public async Task Derivers_that_share_a_target_while_its_inputs_are_corrected_end_with_what_the_newest_give()
    {
        var seed = Environment.GetEnvironmentVariable("DXY_TEST_SEED") is { Length: > 0 } given
            ? int.Parse(given, System.Globalization.CultureInfo.InvariantCulture)
            : Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"DXY_TEST_SEED={seed}");
        var random = new Random(seed);
        await using var shop = await FilledAsync();
        var rule = await shop.RuleAsync("DXY/1m");
        var running = Enumerable.Range(0, 2).Select(_ => ParallelDrain.RunAsync(shop.Data, rule, null, Shop.Token)).ToList();
        for (var i = 0; i < 25; i++)
        {
            var (pair, day) = (Shop.Pairs[random.Next(6)], random.Next(Weeks * 7));
            await shop.RunAsync(
                $"UPDATE data_bars SET close = close + 0.0001, high = high + 0.0001 WHERE canonical_symbol = '{pair}' AND ts_utc >= "
                    + $"timestamptz '{First}' + {day} * interval '1 day' AND ts_utc < timestamptz '{First}' + {day + 2} * interval '1 day'"
            );
        }

        await Task.WhenAll(running);
        await ParallelDrain.RunAsync(shop.Data, rule, null, Shop.Token);
        await SoundAsync(shop);
    }

    static async Task SoundAsync(Shop shop)
    {
        Assert.Equal(0, await shop.ValueAsync<long>("SELECT count(*) FROM dxy.due WHERE symbol = 'DXY' AND timeframe = '1m'"));
        var compared = await new TargetVerifier(shop.Data, await shop.RuleAsync("DXY/1m")).CompareAsync(
            new TimeRange(First, Week(Weeks)),
            onlyUnrecorded: false,
            Shop.Token
        );
        Assert.Empty(compared.Differences);
        Assert.Equal(
            await shop.ValueAsync<long>("SELECT count(DISTINCT ts_utc) FROM data_bars WHERE canonical_symbol = 'EURUSD'"),
            await shop.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'")
        );
    }

    static async Task WaitsAsync(Shop shop)
    {
        const string SomeoneWaits =
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM "
            + "pg_database WHERE datname = current_database()))";
        while (!await shop.ValueAsync<bool>(SomeoneWaits)) { }
    }

    // Five weeks, of each day every twentieth minute, weekends too.
    async Task<Shop> FilledAsync()
    {
        var shop = await Shop.OpenAsync(server);
        await shop.AtAsync(Week(Weeks + 1));
        await shop.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT p, '1m', t, v, v, v, v, 'ingest'
            FROM unnest(ARRAY['EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF'], ARRAY[1.08, 150, 1.26, 1.35, 10.37, 0.88])
              AS t(p, v),
                 generate_series(timestamptz '{First}', timestamptz '{Week(Weeks)}' - interval '1 minute', '20 minutes') AS t2(t)
            """
        );
        return shop;
    }
}
