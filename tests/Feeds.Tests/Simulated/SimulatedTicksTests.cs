using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Simulated;
using Microsoft.Extensions.Time.Testing;

namespace DxyOrleans.Feeds.Tests.Simulated;

public sealed class SimulatedTicksTests
{
    static readonly UtcTime Start = UtcTime.At(2024, 3, 5, 13);

    [Theory]
    [InlineData(250)]
    [InlineData(7_001)]
    [InlineData(600_000)]
    public async Task Playing_the_clock_in_any_steps_tells_the_whole_market_once(int stepMilliseconds)
    {
        var market = new SimulatedMarket(
            new()
            {
                LateRate = 0.2,
                CorrectionRate = 0.1,
                MaxDelayMinutes = 3,
            }
        );
        var range = new TimeRange(Start, Start + TimeSpan.FromMinutes(20));

        var told = await Play(market, range, TimeSpan.FromMilliseconds(stepMilliseconds));

        var minutes = Enumerable.Range(0, 20).Select(i => Start + TimeSpan.FromMinutes(i)).ToList();
        foreach (var symbol in market.Symbols)
        {
            Assert.Equal(
                minutes.Where(minute => !market.IsLate(symbol, minute)).SelectMany(minute => market.QuotesOf(symbol, minute)),
                told.OfType<QuotesArrived>().Where(quotes => quotes.Symbol == symbol).SelectMany(quotes => quotes.Quotes)
            );
        }

        Assert.Equal(
            market.DeliveriesWithin(range).Select(delivery => delivery.Bar),
            told.OfType<BarArrived>().Select(arrived => arrived.Bar)
        );
        Assert.NotEmpty(told.OfType<BarArrived>());
    }

    [Fact]
    public async Task Quotes_of_one_event_lie_within_one_minute()
    {
        var told = await Play(
            new SimulatedMarket(new()),
            new TimeRange(Start, Start + TimeSpan.FromMinutes(10)),
            TimeSpan.FromMinutes(3.3)
        );

        Assert.All(told.OfType<QuotesArrived>(), quotes =>
            Assert.Single(quotes.Quotes.Select(quote => quote.Time.Floor(Timeframe.OneMinute)).Distinct())
        );
    }

    [Fact]
    public async Task Nothing_from_before_the_run_is_told()
    {
        var begin = Start + TimeSpan.FromSeconds(31);

        var told = await Play(new SimulatedMarket(new()), new TimeRange(begin, begin + TimeSpan.FromMinutes(2)), TimeSpan.FromSeconds(1));

        Assert.All(told.OfType<QuotesArrived>().SelectMany(quotes => quotes.Quotes), quote => Assert.True(quote.Time >= begin));
    }

    [Fact]
    public async Task It_stops_when_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var clock = new FakeTimeProvider(Start.ToDateTimeOffset());
        await using var events = new SimulatedTicks(new SimulatedMarket(new()), clock, TimeSpan.FromSeconds(1))
            .Run(null, cancel.Token)
            .GetAsyncEnumerator();
        var next = events.MoveNextAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    [Fact]
    public void An_interval_that_is_not_above_zero_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            new SimulatedTicks(new SimulatedMarket(new()), TimeProvider.System, TimeSpan.Zero).Run(null, CancellationToken.None)
        );

    // Without a synchronisation context the feed runs on within Advance, until it waits for the clock again.
    static Task<List<FeedEvent>> Play(SimulatedMarket market, TimeRange range, TimeSpan step) =>
        Task.Run(async () =>
        {
            var clock = new FakeTimeProvider(range.From.ToDateTimeOffset());
            var after = market
                .DeliveriesWithin(new TimeRange(range.To, range.To + TimeSpan.FromMinutes(1)))
                .Select(delivery => (FeedEvent)new BarArrived(delivery.Bar))
                .ToHashSet();
            List<FeedEvent> told = [];
            await using var events = new SimulatedTicks(market, clock, step).Run(null, CancellationToken.None).GetAsyncEnumerator();
            while (true)
            {
                var next = events.MoveNextAsync();
                while (!next.IsCompleted)
                {
                    clock.Advance(step);
                }

                // The feed tells minute by minute, so the first event from after the range comes when all within has been told.
                Assert.True(await next);
                if (events.Current is QuotesArrived { Quotes: [var quote, ..] } ? quote.Time >= range.To : after.Contains(events.Current))
                {
                    return told;
                }

                told.Add(events.Current);
            }
        });
}
