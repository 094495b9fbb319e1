using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Simulated;
using Microsoft.Extensions.Time.Testing;

namespace DxyOrleans.Feeds.Tests.Simulated;

public sealed class SimulatedBarFeedTests
{
    static readonly UtcTime Start = UtcTime.At(2024, 3, 5, 13);
    static readonly SimulatedMarket Market = new(new() { Pairs = SimulatedPair.EveryMinute });

    [Theory]
    [InlineData(42)]
    [InlineData(60_000)]
    [InlineData(3_600_000)]
    public async Task Every_minute_of_every_pair_is_told_once_in_whatever_steps_the_clock_goes(int stepMilliseconds)
    {
        var range = new TimeRange(Start, Start + TimeSpan.FromMinutes(90));

        var bars = await Play(Market, Start, range.To, TimeSpan.FromMilliseconds(stepMilliseconds));

        Assert.Equal(90 * 6, bars.Count);
        Assert.Equal(
            Enumerable.Range(0, 90).SelectMany(i => Market.Symbols.Select(symbol => Market.BarOf(symbol, Start + TimeSpan.FromMinutes(i)))),
            bars
        );
    }

    [Fact]
    public async Task Nothing_is_told_before_its_minute_has_ended()
    {
        var clock = new FakeTimeProvider((Start + TimeSpan.FromSeconds(59)).ToDateTimeOffset());
        await using var events = new SimulatedBarFeed(Market, clock).Run(Start, CancellationToken.None).GetAsyncEnumerator();
        var next = events.MoveNextAsync();
        Assert.False(next.IsCompleted);

        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.True(await next);
        Assert.Equal(6, events.Current.Length);
        Assert.All(events.Current, bar => Assert.Equal(Start, bar.Time));
    }

    [Fact]
    public async Task A_weekend_is_passed_over()
    {
        var friday = UtcTime.At(2024, 3, 8, 21, 50);
        var monday = UtcTime.At(2024, 3, 10, 21, 10);

        var bars = await Play(Market, friday, monday, TimeSpan.FromHours(7));

        Assert.All(bars, bar => Assert.True(FxWeek.IsOpen(bar.Time)));
        Assert.Equal(FxWeek.OpenMinutes(new TimeRange(friday, monday)) * 6, bars.Count);
    }

    [Fact]
    public async Task What_was_missed_while_nobody_took_it_comes_in_bounded_chunks()
    {
        var clock = new FakeTimeProvider((Start + TimeSpan.FromHours(10)).ToDateTimeOffset());
        var sizes = new List<int>();
        await foreach (var bars in new SimulatedBarFeed(Market, clock).Run(Start, CancellationToken.None))
        {
            sizes.Add(bars.Length);
            if (sizes.Sum() == 600 * 6)
            {
                break;
            }
        }

        Assert.Equal([240 * 6, 240 * 6, 120 * 6], sizes);
    }

    [Fact]
    public async Task Late_bars_come_later_and_corrections_after_what_they_correct()
    {
        var market = new SimulatedMarket(
            new()
            {
                Pairs = SimulatedPair.EveryMinute,
                LateRate = 0.2,
                CorrectionRate = 0.2,
                MaxDelayMinutes = 3,
            }
        );
        var range = new TimeRange(Start, Start + TimeSpan.FromMinutes(60));

        var last = (await Play(market, Start - TimeSpan.FromMinutes(10), range.To + TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(1)))
            .Where(bar => range.Contains(bar.Time))
            .GroupBy(bar => (bar.Symbol, bar.Time))
            .ToDictionary(group => group.Key, group => group.Last());

        Assert.Equal(60 * 6, last.Count);
        Assert.All(last, bar => Assert.Equal(market.FinalBarOf(bar.Key.Symbol, bar.Key.Time), bar.Value));
    }

    static Task<List<Bar>> Play(SimulatedMarket market, UtcTime from, UtcTime to, TimeSpan step) =>
        Task.Run(async () =>
        {
            var clock = new FakeTimeProvider(from.ToDateTimeOffset());
            List<Bar> told = [];
            using var end = new CancellationTokenSource();
            await using var events = new SimulatedBarFeed(market, clock).Run(from, end.Token).GetAsyncEnumerator();
            while (true)
            {
                var next = events.MoveNextAsync();
                while (!next.IsCompleted)
                {
                    if (UtcTime.From(clock.GetUtcNow()) >= to)
                    {
                        await end.CancelAsync();
                        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
                        return told;
                    }

                    clock.Advance(TimeSpan.FromTicks(Math.Min(step.Ticks, (to - UtcTime.From(clock.GetUtcNow())).Ticks)));
                }

                Assert.True(await next);
                told.AddRange(events.Current);
            }
        });
}
