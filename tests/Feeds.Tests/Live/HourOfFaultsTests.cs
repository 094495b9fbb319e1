using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.FakeFeeds;
using DxyOrleans.Feeds.Massive;
using DxyOrleans.Feeds.Oanda;
using DxyOrleans.Feeds.Running;
using DxyOrleans.Feeds.Simulated;
using DxyOrleans.Feeds.TrueFx;
using Xunit.Sdk;

namespace DxyOrleans.Feeds.Tests.Live;

/// <summary>
/// An hour of a market in which everything goes wrong that vendors' users have reported; afterwards the bars are those of a market in
/// which nothing did.
/// </summary>
public sealed class HourOfFaultsTests
{
    const string Key = "a-key-that-nobody-may-see";

    // A quarter of a minute before the hour, so that the running minute is one that nobody saw begin.
    static readonly UtcTime Begin = UtcTime.At(2024, 3, 5, 12, 59, 45);
    static readonly TimeRange Hour = new(UtcTime.At(2024, 3, 5, 13), UtcTime.At(2024, 3, 5, 14));
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    static readonly SimulatedMarket Market = new(new SimulationOptions { Pairs = ThinPairs.WithThinKrona });

    static readonly FeedRules Rules = new()
    {
        BackOffLeast = TimeSpan.FromMilliseconds(40),
        BackOffMost = TimeSpan.FromMilliseconds(400),
        Stable = TimeSpan.FromMilliseconds(1),
        CompareEvery = TimeSpan.FromMinutes(4),
        CompareSpan = TimeSpan.FromMinutes(15),
        CompareDayEvery = TimeSpan.FromMinutes(30),
    };

    [Fact]
    public async Task Massives_bars_are_those_of_a_clean_market_in_the_end()
    {
        var clock = Fast();
        var plan = new FaultPlan(FakeMassive.Hour);
        await using var server = new FakeMassive(new FakeMarket(Market, clock), plan, Key);
        await server.StartAsync();
        await using var feed = new MassiveFeed(
            new MassiveOptions
            {
                Rest = $"http://{server.Place}",
                Socket = $"ws://{server.Place}/forex",
                ApiKey = Key,
                RequestsPerMinute = 0,
                AfterTooMany = TimeSpan.FromMilliseconds(300),
            },
            TimeProvider.System
        );

        var journal = await RunUntilEqualAsync(feed, clock, () => plan.Played.Count > FakeMassive.Hour.Count + 1);

        Assert.Equal(FakeMassive.Hour.Values.Append(FeedFault.Html).Append(FeedFault.RateLimit).Order(), plan.Played.Keys.Order());
        Assert.False(server.SawKeyInAddress);
        Assert.Contains(journal.Losses, loss => loss.Reason == FeedLossReason.TooManyConnections);
        Assert.Contains(journal.Losses, loss => loss.Reason == FeedLossReason.Silent);
        Assert.Contains(journal.HeldBack, held => held.Time.Minute % 60 == 40);
        Assert.NotEmpty(journal.PassedOver);
    }

    [Fact]
    public async Task OANDAs_bars_are_those_of_a_clean_market_in_the_end()
    {
        var clock = Fast();
        var plan = new FaultPlan(FakeOanda.Hour);
        await using var server = new FakeOanda(new FakeMarket(Market, clock), plan, Key, "101-1");
        await server.StartAsync();
        await using var feed = new OandaFeed(
            new OandaOptions
            {
                Rest = $"http://{server.Place}",
                Stream = $"http://{server.Place}",
                Token = Key,
                Account = "101-1",
                Patience = TimeSpan.FromMilliseconds(700),
                RequestsPerSecond = 1_000,
            },
            TimeProvider.System
        );

        var journal = await RunUntilEqualAsync(feed, clock, () => plan.Played.Count > FakeOanda.Hour.Count + 1);

        Assert.Equal(FakeOanda.Hour.Values.Append(FeedFault.Html).Append(FeedFault.RateLimit).Order(), plan.Played.Keys.Order());
        Assert.Contains(journal.Losses, loss => loss.Reason == FeedLossReason.Silent);
        Assert.Contains(journal.Losses, loss => loss.Reason == FeedLossReason.Unavailable);
        Assert.NotEmpty(journal.HeldBack);
        Assert.NotEmpty(journal.PassedOver);
    }

    // It has no history: what is compared are two markets polled at the same instants, one of them with faults that end before the next
    // instant.
    [Fact]
    public async Task TrueFXs_bars_are_those_of_a_clean_market_polled_at_the_same_instants()
    {
        var clean = await PolledAsync(faults: false);
        var disturbed = await PolledAsync(faults: true);

        Assert.Equal(6, clean.Select(bar => bar.Symbol).Distinct().Count());
        Assert.InRange(clean.Count(bar => bar.Symbol.Name == "EURUSD"), 58, 60);
        Assert.Equal(clean, disturbed);
    }

    static async Task<IReadOnlyList<Bar>> PolledAsync(bool faults)
    {
        var clock = new SteppedClock(Begin);
        await using var server = new FakeTrueFx(new FakeMarket(Market, clock), faults);
        await server.StartAsync();
        await using var feed = new TrueFxFeed(
            new TrueFxOptions
            {
                Address = $"http://{server.Place}/rates/connect.html",
                User = "user",
                Password = "secret",
                Poll = SteppedClock.Step,
            },
            clock
        );
        var (bars, journal) = (new CollectedBars(), new Journal());
        using var end = new CancellationTokenSource();
        var running = new FeedRunner(feed, bars, journal, TimeSpan.Zero, clock, TimeProvider.System, Rules).RunAsync(
            [.. Market.Symbols],
            end.Token
        );
        while (clock.Now < Hour.To)
        {
            await clock.StepAsync(() => server.Answered);
        }

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.All(journal.Texts, text => Assert.DoesNotContain("secret", text, StringComparison.Ordinal));
        if (faults)
        {
            FeedFault[] all = [FeedFault.Html, FeedFault.Mangle, FeedFault.Cut, FeedFault.RateLimit, FeedFault.Repeat, FeedFault.Close];
            Assert.All(all, fault => Assert.True(server.Played.ContainsKey(fault), $"{fault} was not played."));
            Assert.NotEmpty(journal.Losses);
        }

        // Its last minute may be on the way.
        return [.. bars.All.Where(bar => bar.End < Hour.To)];
    }

    static async Task<Journal> RunUntilEqualAsync(IFeed feed, TimeProvider clock, Func<bool> allPlayed)
    {
        var (bars, journal) = (new CollectedBars(), new Journal());
        using var end = new CancellationTokenSource();
        var running = new FeedRunner(feed, bars, journal, TimeSpan.Zero, clock, TimeProvider.System, Rules).RunAsync(
            [.. Market.Symbols],
            end.Token
        );
        var began = TimeProvider.System.GetTimestamp();
        // What a machine too busy has missed in this hour is played in the next.
        while (UtcTime.From(clock.GetUtcNow()) < Hour.To + TimeSpan.FromMinutes(1) || !allPlayed() || Different(bars) is not null)
        {
            if (running.IsCompleted)
            {
                await running;
            }

            if (TimeProvider.System.GetElapsedTime(began) > Patience)
            {
                throw new XunitException(
                    $"{Different(bars)}; the last losses: "
                        + $"{string.Join("; ", journal.Losses.Concat(journal.HistoryLosses).TakeLast(8).Select(loss => loss.What))}"
                );
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.All(journal.Texts, text => Assert.DoesNotContain(Key, text, StringComparison.Ordinal));
        return journal;
    }

    // The first minute that isn't as the market made it.
    static string? Different(CollectedBars bars)
    {
        foreach (var symbol in Market.Symbols)
        {
            for (var minute = Hour.From; minute < Hour.To; minute += Timeframe.OneMinute)
            {
                var (expected, found) = (Market.BarOf(symbol, minute), bars.Of(symbol, minute));
                if (expected != found)
                {
                    return $"{symbol} {minute}: {found} instead of {expected}";
                }
            }
        }

        return null;
    }

    static MarketClock Fast() => new(TimeProvider.System, UtcTime.From(TimeProvider.System.GetUtcNow()), Begin, 300);
}
