using System.Text;
using CsCheck;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Simulated;

namespace DxyOrleans.Feeds.Tests.Simulated;

public sealed class SimulatedMarketTests
{
    static readonly Symbol Euro = Symbol.Parse("EURUSD");
    static readonly Symbol Krona = Symbol.Parse("USDSEK");
    static readonly UtcTime Tuesday = UtcTime.At(2024, 3, 5);

    static IEnumerable<UtcTime> Minutes(UtcTime from, int count) => Enumerable.Range(0, count).Select(i => from + TimeSpan.FromMinutes(i));

    [Fact]
    public void A_minute_is_the_same_in_every_order_and_every_market_of_the_seed()
    {
        var (one, other) = (new SimulatedMarket(new()), new SimulatedMarket(new()));
        var forward = Minutes(Tuesday, 300).Select(minute => one.BarOf(Euro, minute)).ToList();
        var backward = Minutes(Tuesday, 300).Reverse().Select(minute => other.BarOf(Euro, minute)).Reverse().ToList();

        Assert.Equal(forward, backward);
        Assert.NotEqual(forward, Minutes(Tuesday, 300).Select(minute => new SimulatedMarket(new() { Seed = 2 }).BarOf(Euro, minute)));
    }

    [Fact]
    public void The_market_of_a_seed_never_changes()
    {
        // A golden print of a day: whoever changes the simulation changes every recorded demonstration with it.
        var market = new SimulatedMarket(new() { Seed = 42 });
        var print = 14695981039346656037UL;
        foreach (var minute in Minutes(Tuesday, 1440))
        {
            foreach (var letter in Encoding.UTF8.GetBytes($"{market.BarOf(Euro, minute)}{market.BarOf(Krona, minute)}"))
            {
                print = unchecked((print ^ letter) * 1099511628211UL);
            }
        }

        Assert.Equal("f00e2a3a1db8bbc9", print.ToString("x16"));
    }

    [Fact]
    public void Ticks_ascend_within_their_minute_and_the_price_is_continuous_across_minutes()
    {
        var market = new SimulatedMarket(new());
        foreach (var pair in market.Options.Pairs)
        {
            Quote? before = null;
            foreach (var minute in Minutes(Tuesday, 24 * 60))
            {
                foreach (var quote in market.QuotesOf(pair.Symbol, minute))
                {
                    Assert.Equal(minute, quote.Time.Floor(Timeframe.OneMinute));
                    Assert.InRange(quote.Price, pair.StartPrice * 0.9m, pair.StartPrice * 1.1m);
                    if (before is { } last)
                    {
                        Assert.True(quote.Time > last.Time);
                        Assert.True(
                            quote.Time - last.Time > TimeSpan.FromMinutes(2) || Math.Abs(quote.Price / last.Price - 1) < 0.002m,
                            $"{last} {quote}"
                        );
                    }

                    before = quote;
                }
            }
        }
    }

    [Fact]
    public void Nothing_trades_while_the_market_is_closed_unless_always_open()
    {
        var saturday = UtcTime.At(2024, 3, 9, 12);

        Assert.Empty(new SimulatedMarket(new()).QuotesOf(Euro, saturday));
        Assert.NotEmpty(new SimulatedMarket(new() { AlwaysOpen = true }).QuotesOf(Euro, saturday));
        var market = new SimulatedMarket(new());
        foreach (var minute in Minutes(UtcTime.At(2024, 3, 8, 12), 3 * 24 * 60))
        {
            Assert.Equal(FxWeek.IsOpen(minute), !market.QuotesOf(Euro, minute).IsEmpty);
        }
    }

    [Fact]
    public void The_thin_pair_has_minutes_without_a_tick_and_the_others_have_none()
    {
        var market = new SimulatedMarket(new());
        foreach (var symbol in market.Symbols)
        {
            var silent = Minutes(Tuesday, 1440).Count(minute => market.BarOf(symbol, minute) is null);
            Assert.True(symbol == Krona ? silent is > 50 and < 700 : silent == 0, $"{symbol}: {silent}");
        }
    }

    [Fact]
    public void Ticks_are_more_when_London_and_New_York_overlap()
    {
        var market = new SimulatedMarket(new());

        Assert.True(Ticks(UtcTime.At(2024, 3, 5, 13)) > 2 * Ticks(UtcTime.At(2024, 3, 5, 22)));

        int Ticks(UtcTime from) => Minutes(from, 60).Sum(minute => market.QuotesOf(Euro, minute).Length);
    }

    [Fact]
    public void A_stated_gap_is_silent_for_its_pair_alone()
    {
        var gap = new TimeRange(Tuesday + TimeSpan.FromHours(9), Tuesday + TimeSpan.FromMinutes(550));
        var market = new SimulatedMarket(new() { Gaps = [new SimulatedGap(Euro, gap)] });

        foreach (var minute in Minutes(gap.From - TimeSpan.FromMinutes(5), 20))
        {
            Assert.Equal(gap.Contains(minute), market.QuotesOf(Euro, minute).IsEmpty);
            Assert.NotEmpty(market.QuotesOf(Symbol.Parse("USDJPY"), minute));
        }
    }

    [Fact]
    public void Chance_gaps_have_their_length_and_their_rate() =>
        Gen.Int[1, 60]
            .Sample(
                length =>
                {
                    var market = new SimulatedMarket(new() { GapRate = 0.5, GapMinutes = length });
                    var silent = Minutes(Tuesday, 1440)
                        .Chunk(60)
                        .Select(hour => hour.Count(minute => market.BarOf(Euro, minute) is null))
                        .ToList();
                    Assert.All(silent, count => Assert.True(count == 0 || count == length));
                    Assert.InRange(silent.Count(count => count > 0), 3, 21);
                },
                iter: 20
            );

    [Fact]
    public void Options_out_of_range_are_refused_with_a_sentence_each()
    {
        var options = new SimulationOptions
        {
            LateRate = 1.5,
            CorrectionRate = double.NaN,
            GapRate = -1,
            MaxDelayMinutes = 0,
            GapMinutes = 61,
            Pairs = [],
        };

        Assert.Equal(6, options.Faults().Count);
        Assert.Contains(
            "LateRate is 1.5",
            Assert.Throws<ArgumentException>(() => new SimulatedMarket(options)).Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_symbol_that_is_not_in_the_market_is_named() =>
        Assert.Contains(
            "AUDUSD",
            Assert.Throws<ArgumentException>(() => new SimulatedMarket(new()).QuotesOf(Symbol.Parse("AUDUSD"), Tuesday)).Message,
            StringComparison.Ordinal
        );
}
