using CsCheck;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Bars;

public sealed class FormingBarTests
{
    static readonly UtcTime Minute = UtcTime.At(2024, 3, 5, 10, 5);

    // Distinct instants: which of two ticks of the same instant came first is known by nobody.
    static readonly Gen<Quote[]> Quotes = Gen.Select(Gen.Int[0, 59_999_999].HashSet[1, 40], Generators.Price.Array[40])
        .Select(
            (micros, prices) => micros.Zip(prices, (micro, price) => new Quote(Minute + TimeSpan.FromMicroseconds(micro), price)).ToArray()
        );

    static FormingBar Fold(IEnumerable<Quote> quotes) =>
        quotes.Skip(1).Aggregate(FormingBar.Begin(Generators.Euro, quotes.First()), (bar, quote) => bar.Add(quote));

    [Fact]
    public void Ticks_in_any_order_make_the_same_bar() =>
        Quotes
            .SelectMany(quotes => Gen.Select(Gen.Const(quotes), Gen.Shuffle(quotes.ToArray())))
            .Sample((quotes, shuffled) => Assert.Equal(Fold(quotes), Fold(shuffled)));

    [Fact]
    public void The_bar_is_what_a_plain_reading_of_the_ticks_gives() =>
        Quotes.Sample(quotes =>
        {
            var ordered = quotes.OrderBy(quote => quote.Time).ToList();
            Assert.Equal(
                Bar.Create(
                    Generators.Euro,
                    Minute,
                    ordered[0].Price,
                    ordered.Max(quote => quote.Price),
                    ordered.Min(quote => quote.Price),
                    ordered[^1].Price,
                    volume: ordered.Count,
                    tradeCount: ordered.Count
                ),
                Fold(quotes).ToFinal()
            );
        });

    [Fact]
    public void Of_ticks_of_one_instant_the_last_to_come_is_the_close()
    {
        var bar = Fold([new(Minute, 1.1m), new(Minute, 1.3m), new(Minute, 1.2m)]);

        Assert.Equal((1.1m, 1.3m, 1.1m, 1.2m), (bar.Open, bar.High, bar.Low, bar.Close));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(60_000_000)]
    public void A_tick_of_another_minute_is_refused(int micros) =>
        Assert.Throws<ArgumentException>(() =>
            FormingBar.Begin(Generators.Euro, new Quote(Minute, 1)).Add(new Quote(Minute + TimeSpan.FromMicroseconds(micros), 1))
        );

    [Fact]
    public void It_begins_at_the_open_of_its_bar_in_any_timeframe() =>
        Gen.Select(Generators.Time, Generators.AnyTimeframe)
            .Sample(
                (time, timeframe) =>
                {
                    var bar = FormingBar.Begin(Generators.Euro with { Timeframe = timeframe }, new Quote(time, 1.5m));
                    Assert.True(bar.Time.IsOnGrid(timeframe) && bar.Time <= time && time < bar.End);
                }
            );
}
