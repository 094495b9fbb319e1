using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Auditing;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Slices;
using DxyOrleans.Testing;

namespace DxyOrleans.Deriving.Tests;

/// <summary>Weeks of one target are derived at once, each by one deriver at a time.</summary>
public sealed class WeekTests(TestServer server)
{
    const int Weeks = 5;

    // The Saturdays on which the weeks of the host's first bars begin.
    static readonly UtcTime First = UtcTime.Parse("2024-03-02T00:00:00Z");

    static UtcTime Week(int number) => First + TimeSpan.FromDays(7 * number);

    [Theory]
    [InlineData("2024-03-04 08:00Z", "2024-03-09 00:00Z", 1)]
    [InlineData("2024-03-09 00:00Z", "2024-03-16 00:00Z", 1)]
    [InlineData("2024-03-08 23:59Z", "2024-03-09 00:01Z", 2)]
    [InlineData("2014-03-04 08:00Z", "2024-03-04 08:00Z", 523)]
    [InlineData("1999-12-20 00:00Z", "2000-01-02 00:00Z", 3)]
    [InlineData("2019-10-20 00:00Z", "2019-11-05 00:00Z", 3)]
    public async Task Work_that_reaches_over_weeks_is_recorded_as_a_piece_a_week(string from, string to, int pieces)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            "SET timezone = 'Europe/Berlin'; INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, version, prune, recorded_at) "
                + $"VALUES ('DXY', '1m', "
                + $"'{from}', '{to}', 'request', 2, true, now())"
        );
        Assert.Equal(
            $"{pieces} 1 true",
            await host.ValueAsync<string>(
                $"""
                SELECT count(*) || ' ' || count(DISTINCT (cause, version, prune, recorded_at)) || ' ' || (range_agg(tstzrange(from_ts,
                  to_ts)) = tstzmultirange(tstzrange('{from}', '{to}')))
                FROM dxy.due WHERE dxy.week_of(from_ts) = dxy.week_of(to_ts - interval '1 microsecond')
                """
            )
        );
    }

    [Theory]
    [InlineData("2019-10-26 00:00Z", "Europe/Berlin")]
    [InlineData("2019-03-30 00:00Z", "Europe/Berlin")]
    [InlineData("2019-11-02 00:00Z", "America/New_York")]
    public async Task The_week_that_is_locked_has_as_many_hours_as_another_where_clocks_change(string week, string zone)
    {
        await using var host = await TestHost.OpenAsync(server);
        Assert.Equal(
            "14 days",
            await host.ValueAsync<string>(
                $"""
                SET timezone = '{zone}';
                INSERT INTO dxy.due (symbol, timeframe, from_ts, to_ts, cause, recorded_at)
                SELECT 'DXY', '1m', t, t + interval '1 hour', 'request', now()
                FROM unnest(ARRAY[timestamptz '{week}', timestamptz '{week}' + interval '168 hours']) AS t;
                DO $$BEGIN PERFORM dxy.lock_due_weeks('DXY', '1m', interval '1 minute', interval '336 hours'); END$$;
                SELECT (current_setting('dxy.to')::timestamptz AT TIME ZONE 'UTC' - timestamp '{week}')::text
                """
            )
        );
    }

    [Fact]
    public async Task A_request_of_all_time_is_cut_to_where_there_are_bars()
    {
        await using var host = await TestHost.OpenAsync(server);
        var (due, ever) = (new DueStore(host.Data), new TimeRange(UtcTime.At(1, 1, 1), UtcTime.At(9999, 12, 31)));
        Assert.True((await due.RequestAsync(TestHost.One("DXY"), ever, "request", null, false, TestHost.Token)).IsEmpty);
        Assert.Equal(0, await host.CountAsync("dxy.due"));

        await host.StoreAsync(TestHost.AllSix(0).Concat(TestHost.AllSix(9)));
        Assert.Equal(
            new TimeRange(TestHost.Minute(0), TestHost.Minute(9 + 1440)),
            await due.RequestAsync(TestHost.One("DXY"), ever, "request", null, false, TestHost.Token)
        );
        Assert.Equal(1, await host.CountAsync("dxy.due"));
        await host.DrainAsync();
        Assert.Equal(2, await host.CountAsync("data_bars WHERE canonical_symbol = 'DXY'"));
    }

    [Theory]
    [InlineData("infinity", 54)]
    [InlineData("9999-01-04 00:00Z", 54)]
    [InlineData("0001-01-01 00:00Z", 2830)]
    public async Task A_bar_whose_time_is_a_mistake_doesnt_make_every_week_due_and_the_others_are_worked_on(string time, int most)
    {
        await using var host = await TestHost.OpenAsync(server);
        await host.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT 'EURUSD', '1m', t, 1, 1, 1, 1, 'ingest' FROM unnest(ARRAY['{TestHost.Minute(0)}', '{time}']::timestamptz[]) AS t
            """
        );
        await new DueStore(host.Data).ExpandAsync(TestHost.Token);
        Assert.InRange(await host.CountAsync("dxy.due WHERE timeframe = '1m'"), 1, most);
        await (await host.DeriverAsync("EURUSD/5m")).ProcessSliceAsync(TestHost.Token);
        await host.RunAsync("DELETE FROM dxy.due WHERE from_ts < '2024-03-01Z'");
        await host.DrainAsync();
        Assert.Equal(
            1,
            await host.CountAsync(
                $"derived_data_bars WHERE canonical_symbol = 'EURUSD' AND timeframe = '5m' AND ts_utc = '{TestHost.Minute(0)}'"
            )
        );
    }

    [Fact]
    public async Task While_a_week_is_derived_another_deriver_does_the_others_and_then_waits_for_it()
    {
        await using var host = await FilledAsync();
        var (paused, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var first = (await host.DeriverAsync("DXY/1m", async (at, token) =>
            {
                if (at == DeriveStep.Written && paused.TrySetResult())
                {
                    await go.Task.WaitAsync(token);
                }
            })).ProcessSliceAsync(TestHost.Token);
        await paused.Task.WaitAsync(TestHost.Token);

        var windows = new List<TimeRange>();
        var second = (await host.DeriverAsync("DXY/1m")).DrainAsync(slice => windows.Add(slice.Window!.Value), TestHost.Token);
        await WaitsAsync(host);
        Assert.Equal([1L, 2, 3, 4], windows.Select(window => (window.From - First).Days / 7).Distinct().Order().Select(week => (long)week));
        go.SetResult();
        var done = await first;
        await second;
        Assert.True(done.Window!.Value.To <= Week(1));
        await SoundAsync(host);
    }

    [Fact]
    public async Task Who_locks_the_whole_target_waits_for_every_week_and_keeps_all_waiting()
    {
        const string TryAll = "SELECT pg_try_advisory_xact_lock(21881, hashtext('DXY/1m'))";
        await using var host = await FilledAsync();
        var tried = new List<bool>();
        await (
            await host.DeriverAsync("DXY/1m", async (at, _) =>
                tried.Add(at == DeriveStep.Committed || !await host.ValueAsync<bool>(TryAll))
            )
        ).ProcessSliceAsync(TestHost.Token);
        Assert.All(tried, Assert.True);

        await using var connection = await host.Data.OpenConnectionAsync(TestHost.Token);
        var transaction = await connection.BeginTransactionAsync(TestHost.Token);
        await using (var command = new Npgsql.NpgsqlCommand("SELECT dxy.lock_target('DXY', '1m')", connection, transaction))
        {
            await command.ExecuteNonQueryAsync(TestHost.Token);
        }

        var waiting = (await host.DeriverAsync("DXY/1m")).ProcessSliceAsync(TestHost.Token);
        await WaitsAsync(host);
        Assert.False(waiting.IsCompleted);
        await transaction.CommitAsync(TestHost.Token);
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
        await using var host = await FilledAsync();
        var rule = await host.RuleAsync("DXY/1m");
        var running = Enumerable.Range(0, 2).Select(_ => ParallelDrain.RunAsync(host.Data, rule, null, TestHost.Token)).ToList();
        for (var i = 0; i < 25; i++)
        {
            var (pair, day) = (TestHost.Pairs[random.Next(6)], random.Next(Weeks * 7));
            await host.RunAsync(
                $"UPDATE data_bars SET close = close + 0.0001, high = high + 0.0001 WHERE canonical_symbol = '{pair}' AND ts_utc >= "
                    + $"timestamptz '{First}' + {day} * interval '1 day' AND ts_utc < timestamptz '{First}' + {day + 2} * interval '1 day'"
            );
        }

        await Task.WhenAll(running);
        await ParallelDrain.RunAsync(host.Data, rule, null, TestHost.Token);
        await SoundAsync(host);
    }

    static async Task SoundAsync(TestHost host)
    {
        Assert.Equal(0, await host.ValueAsync<long>("SELECT count(*) FROM dxy.due WHERE symbol = 'DXY' AND timeframe = '1m'"));
        var compared = await new TargetVerifier(host.Data, await host.RuleAsync("DXY/1m")).CompareAsync(
            new TimeRange(First, Week(Weeks)),
            onlyUnrecorded: false,
            TestHost.Token
        );
        Assert.Empty(compared.Differences);
        Assert.Equal(
            await host.ValueAsync<long>("SELECT count(DISTINCT ts_utc) FROM data_bars WHERE canonical_symbol = 'EURUSD'"),
            await host.ValueAsync<long>("SELECT count(*) FROM data_bars WHERE canonical_symbol = 'DXY'")
        );
    }

    static async Task WaitsAsync(TestHost host)
    {
        const string SomeoneWaits =
            "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted AND database = (SELECT oid FROM "
            + "pg_database WHERE datname = current_database()))";
        while (!await host.ValueAsync<bool>(SomeoneWaits)) { }
    }

    // Five weeks, of each day every twentieth minute, weekends too.
    async Task<TestHost> FilledAsync()
    {
        var host = await TestHost.OpenAsync(server);
        await host.AtAsync(Week(Weeks + 1));
        await host.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
            SELECT p, '1m', t, v, v, v, v, 'ingest'
            FROM unnest(ARRAY['EURUSD', 'USDJPY', 'GBPUSD', 'USDCAD', 'USDSEK', 'USDCHF'], ARRAY[1.08, 150, 1.26, 1.35, 10.37, 0.88])
              AS t(p, v),
                 generate_series(timestamptz '{First}', timestamptz '{Week(Weeks)}' - interval '1 minute', '20 minutes') AS t2(t)
            """
        );
        return host;
    }
}
