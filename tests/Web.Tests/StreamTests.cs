using System.Net;
using DxyOrleans.Bars.Forming;
using DxyOrleans.Core.Bars;
using DxyOrleans.Testing;
using DxyOrleans.Web.Stream;

namespace DxyOrleans.Web.Tests;

/// <summary>The stream tells what is committed, whoever committed it, of any silo.</summary>
public sealed class StreamTests(TestServer server)
{
    [Fact]
    public async Task New_bars_corrections_and_removals_are_told_by_every_silo_whoever_writes()
    {
        await using var house = await WebHouse.OpenAsync(server);
        using var second = await house.StartAsync();
        await house.StoreAsync(WebHouse.Minutes(0, 40));
        await house.DrainAsync();
        await using var one = await EventReader.OpenAsync(house.Client, "/api/v1/stream?series=EURUSD/1m,DXY/1m,DXY/5m&topics=");
        await using var other = await EventReader.OpenAsync(second, "/api/v1/stream?series=EURUSD/1m,DXY/1m,DXY/5m&topics=");
        EventReader[] readers = [one, other];
        foreach (var reader in readers)
        {
            await reader.NextAsync("ready");
        }

        await house.StoreAsync(WebHouse.Minutes(40, 1));
        await house.DrainAsync();
        foreach (var reader in readers)
        {
            var told = new[] { await reader.NextAsync("bar"), await reader.NextAsync("bar"), await reader.NextAsync("bar") };
            Assert.Equal(["DXY/1m", "DXY/5m", "EURUSD/1m"], told.Select(SeriesOf).Order());
            Assert.All(told, bar => Assert.Equal(WebHouse.Minute(40).ToString(), bar.Data.GetProperty("ts_utc").GetString()));
        }

        // By plain SQL, of a bar older than what is looked at each time.
        await house.RunAsync($"UPDATE data_bars SET close = 1.0850 WHERE canonical_symbol = 'EURUSD' AND ts_utc = '{WebHouse.Minute(2)}'");
        foreach (var reader in readers)
        {
            var corrected = await reader.NextAsync("bar");
            Assert.Equal("EURUSD/1m", SeriesOf(corrected));
            Assert.Equal(1.0850m, corrected.Data.GetProperty("close").GetDecimal());
            Assert.Equal(WebHouse.Minute(2).ToString(), corrected.Data.GetProperty("ts_utc").GetString());
        }

        await house.RunAsync(
            $"DELETE FROM data_bars WHERE canonical_symbol = 'EURUSD' AND ts_utc IN ('{WebHouse.Minute(1)}', '{WebHouse.Minute(39)}')"
        );
        foreach (var reader in readers)
        {
            var gone = new[] { await reader.NextAsync("removed"), await reader.NextAsync("removed") };
            Assert.Equal(
                [WebHouse.Minute(1).ToString(), WebHouse.Minute(39).ToString()],
                gone.Select(bar => bar.Data.GetProperty("ts_utc").GetString()).Order()
            );
        }
    }

    [Fact]
    public async Task Forming_minutes_and_runs_are_told_as_they_change()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await using var reader = await EventReader.OpenAsync(house.Client, "/api/v1/stream?series=EURUSD/1m&topics=forming,runs");
        await reader.NextAsync("ready");
        var now = WebHouse.Open + TimeSpan.FromDays(1);
        var forming = new FormingBar(WebHouse.One("EURUSD"), now, 1.1m, 1.2m, 1.0m, 1.15m, now, now, 4);
        Assert.True(await new FormingBarStore(house.Data).SaveAsync(new SavedForming(forming, "feed", 0), WebHouse.Token));
        var told = await reader.NextAsync("forming");
        Assert.Equal(1.15m, told.Data.GetProperty("close").GetDecimal());
        Assert.Equal(4, told.Data.GetProperty("ticks").GetInt32());
        await house.RunAsync(
            """
            INSERT INTO dxy.run (name, symbol, state, phase, step, settings, target, started_at)
            VALUES ('one', 'DXY', 'running', 4, 'bars', '{}', '{}', dxy.now())
            """
        );
        var run = await reader.NextAsync("run");
        Assert.Equal(("one", "running"), (run.Data.GetProperty("run").GetString(), run.Data.GetProperty("state").GetString()));
        await house.RunAsync("UPDATE dxy.run SET state = 'paused'");
        Assert.Equal("paused", (await reader.NextAsync("run")).Data.GetProperty("state").GetString());
    }

    [Fact]
    public async Task Whoever_comes_again_is_told_by_another_silo_what_was_missed()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 100));
        await house.AtAsync(WebHouse.Minute(100));
        string id;
        await using (var first = await EventReader.OpenAsync(house.Client, "/api/v1/stream?series=EURUSD/1m&topics="))
        {
            await first.NextAsync("ready");
            await house.StoreAsync(WebHouse.Minutes(100, 1));
            await first.NextAsync("bar");
            await house.StoreAsync(WebHouse.Minutes(101, 1));
            id = (await first.NextAsync("bar")).Id;
        }

        await house.StoreAsync(WebHouse.Minutes(102, 3));
        await house.RunAsync($"UPDATE data_bars SET close = 1.0850 WHERE canonical_symbol = 'EURUSD' AND ts_utc = '{WebHouse.Minute(2)}'");
        await house.AtAsync(WebHouse.Minute(105));
        using var second = await house.StartAsync();
        await using var again = await EventReader.OpenAsync(second, "/api/v1/stream?series=EURUSD/1m&topics=", id);
        await again.NextAsync("ready");
        var missed = new HashSet<string>();
        while (!missed.IsSupersetOf([.. new[] { 2, 102, 103, 104 }.Select(minute => WebHouse.Minute(minute).ToString())]))
        {
            var bar = await again.NextAsync();
            Assert.Equal("bar", bar.Name);
            missed.Add(bar.Data.GetProperty("ts_utc").GetString()!);
        }
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("1.2.3")]
    [InlineData("99999999999999999999.1")]
    [InlineData("62135596800000.0")]
    public async Task An_id_that_is_too_old_or_none_is_answered_with_a_reset(string id)
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.StoreAsync(WebHouse.Minutes(0, 3));
        await using var reader = await EventReader.OpenAsync(house.Client, "/api/v1/stream?series=EURUSD/1m&topics=", id);
        await reader.NextAsync("ready");
        Assert.Equal("reset", (await reader.NextAsync()).Name);
    }

    [Fact]
    public async Task Thousands_of_corrections_at_once_are_one_reset()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await house.RunAsync(
            $"""
            INSERT INTO data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, source)
            SELECT 'EURUSD', '1m', timestamptz '{WebHouse.Open}' - make_interval(mins => i), 1.1, 1.2, 1.0, 1.1, 5, 'ingest'
            FROM generate_series(1, 3000) AS i
            """
        );
        await using var reader = await EventReader.OpenAsync(house.Client, "/api/v1/stream?series=EURUSD/1m&topics=");
        await reader.NextAsync("ready");
        await house.RunAsync("UPDATE data_bars SET close = 1.15");
        await reader.NextAsync("reset");
        await house.StoreAsync(WebHouse.Minutes(0, 1));
        // Bars of the window are told singly beside it, before or after.
        while ((await reader.NextAsync("bar")).Data.GetProperty("ts_utc").GetString() != WebHouse.Open.ToString()) { }
    }

    [Fact]
    public async Task A_silo_stops_without_waiting_for_its_readers()
    {
        await using var house = await WebHouse.OpenAsync(server);
        await using var reader = await EventReader.OpenAsync(house.Client, "/api/v1/stream");
        await reader.NextAsync("ready");
        Assert.InRange(await house.StopAsync(), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task More_readers_than_may_be_are_refused_and_one_that_left_makes_room()
    {
        await using var house = await WebHouse.OpenAsync(server, new WebOptions { Streams = 2, Poll = TimeSpan.FromMilliseconds(50) });
        var first = await EventReader.OpenAsync(house.Client, "/api/v1/stream");
        await using var second = await EventReader.OpenAsync(house.Client, "/api/v1/stream");
        using (var third = await house.GetAsync("/api/v1/stream"))
        {
            Assert.Equal(429, (await WebHouse.ProblemAsync(third)).Status);
        }

        await first.DisposeAsync();
        await house.UntilAsync("the place of the one that left is free", async () =>
        {
            using var answer = await house.GetAsync("/api/v1/stream");
            return answer.StatusCode == HttpStatusCode.OK;
        });
    }

    [Fact]
    public async Task A_full_mailbox_becomes_one_reset_and_a_bar_is_told_once_at_its_newest()
    {
        using var mailbox = new Mailbox(3);
        mailbox.Post(new StreamEvent("bar", "a", "1", "X/1m"));
        mailbox.Post(new StreamEvent("bar", "b", "1", "X/1m"));
        mailbox.Post(new StreamEvent("bar", "a", "2", "X/1m"));
        Assert.Equal(["b1", "a2"], (await mailbox.TakeAsync(TimeSpan.FromSeconds(1), WebHouse.Token)).Select(one => one.Key + one.Data));
        for (var i = 0; i < 10; i++)
        {
            mailbox.Post(new StreamEvent("bar", $"{i}", "1", "X/1m"));
        }

        mailbox.Post(new StreamEvent("run", "r", "1", "runs"));
        Assert.Equal(["reset", "run"], (await mailbox.TakeAsync(TimeSpan.FromSeconds(1), WebHouse.Token)).Select(one => one.Name));
        Assert.Equal(1, mailbox.Resets);
    }

    static string SeriesOf(ServerEvent one) =>
        $"{one.Data.GetProperty("symbol").GetString()}/{one.Data.GetProperty("timeframe").GetString()}";
}
