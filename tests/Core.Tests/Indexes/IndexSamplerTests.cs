using CsCheck;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Indexes;

/// <summary>Samples against a reading of all quotes, one instant after the other.</summary>
public sealed class IndexSamplerTests
{
    static readonly UtcTime Start = UtcTime.At(2024, 3, 5, 13, 0);
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    static readonly int[] Paces = [100, 1_000, 5_000, 60_000];
    static readonly Symbol Krona = Symbol.Parse("USDCCC");

    static readonly IndexDefinition Basket = new IndexDefinition(
        Symbol.Parse("XYZ"),
        50,
        [new(Symbol.Parse("AAAUSD"), -0.5), new(Symbol.Parse("USDBBB"), 0.3), new(Krona, 0.2)],
        UtcTime.At(1999, 1, 4),
        maxAgeMinutes: 1
    ).With(System.Collections.Immutable.ImmutableDictionary<Symbol, int>.Empty.Add(Krona, 2));

    static readonly Gen<(int Component, Quote Quote)[]> Quotes = Gen.Select(
            Gen.Int[0, 2],
            Gen.Int[0, (4 * 60_000) - 1],
            Gen.Int[5_000, 20_000],
            (component, at, price) => (component, new Quote(Start + TimeSpan.FromMilliseconds(at), price / 10_000m))
        )
        .Array[0, 60]
        .Select(quotes => quotes.DistinctBy(one => (one.component, one.Item2.Time)).ToArray());

    [Fact]
    public void Whatever_the_order_of_the_quotes_each_minute_s_samples_are_those_of_all_of_them() =>
        Gen.Select(Quotes, Gen.Int[0, int.MaxValue], Gen.Int[0, 3].Select(n => Paces[n]))
            .Sample(
                (quotes, seed, pace) =>
                {
                    var every = TimeSpan.FromMilliseconds(pace);
                    var shuffled = quotes.ToArray();
                    new Random(seed).Shuffle(shuffled);
                    var sampler = new IndexSampler(Basket, every);
                    foreach (var (component, quote) in shuffled)
                    {
                        sampler.Add(Basket.Components[component].Symbol, quote);
                    }

                    foreach (var minute in quotes.Select(one => one.Quote.Time.Floor(Timeframe.OneMinute)).Distinct())
                    {
                        Assert.Equal(Expected(quotes, minute, every), sampler.At(minute, minute + Timeframe.OneMinute));
                    }
                }
            );

    [Fact]
    public void The_last_sample_of_a_minute_is_the_level_of_the_closes() =>
        Quotes.Sample(quotes =>
        {
            var sampler = new IndexSampler(Basket, Second);
            foreach (var (component, quote) in quotes)
            {
                sampler.Add(Basket.Components[component].Symbol, quote);
            }

            foreach (var minute in Latest(quotes))
            {
                var samples = sampler.At(minute.Time, minute.Time + Timeframe.OneMinute);
                Assert.Equal(minute.Level, samples?.Last);
            }
        });

    [Fact]
    public void Going_on_after_a_restart_gives_the_same_where_nothing_was_missed() =>
        Gen.Select(Quotes, Gen.Int[0, 60])
            .Sample(
                (quotes, cut) =>
                {
                    var minute = Start + TimeSpan.FromMinutes(2);
                    var at = minute + (Second * cut);
                    var whole = new IndexSampler(Basket, Second);
                    var before = new IndexSampler(Basket, Second);
                    var after = new IndexSampler(Basket, Second, at);
                    foreach (var (component, quote) in quotes)
                    {
                        var symbol = Basket.Components[component].Symbol;
                        whole.Add(symbol, quote);
                        if (quote.Time < at)
                        {
                            before.Add(symbol, quote);
                            after.Add(symbol, quote, isNew: false);
                        }
                    }

                    if (before.At(minute, at) is { } saved)
                    {
                        after.Restore(saved);
                    }

                    foreach (var (component, quote) in quotes.Where(one => one.Quote.Time >= at))
                    {
                        after.Add(Basket.Components[component].Symbol, quote);
                    }

                    var missed = before.At(minute, at) is null;
                    if (after.Minutes.Contains(minute) && !missed)
                    {
                        Assert.Equal(whole.At(minute, minute + Timeframe.OneMinute), after.At(minute, minute + Timeframe.OneMinute));
                    }
                }
            );

    [Fact]
    public void What_nobody_sampled_is_a_hole_and_stays_one()
    {
        var sampler = new IndexSampler(Basket, Second);
        sampler.Restore(new SampledMinute(Start, 50, 52, 49, 51, 10, 10));
        for (var i = 0; i < 3; i++)
        {
            sampler.Add(Basket.Components[i].Symbol, new Quote(Start + TimeSpan.FromSeconds(40), 1));
        }

        var samples = sampler.At(Start, Start + Timeframe.OneMinute);
        Assert.Equal(new SampledMinute(Start, 50, 52, 49, 50, 30, 60), samples);
        Assert.True(samples!.HasHole);
    }

    [Fact]
    public void Prices_known_from_before_fill_no_time_in_which_nobody_sampled()
    {
        var sampler = new IndexSampler(Basket, Second, Start + TimeSpan.FromSeconds(40));
        foreach (var component in Basket.Components)
        {
            sampler.Add(component.Symbol, new Quote(Start + TimeSpan.FromSeconds(5), 1), isNew: false);
        }

        sampler.Restore(new SampledMinute(Start, 50, 52, 49, 51, 10, 10));
        Assert.Equal(new SampledMinute(Start, 50, 52, 49, 50, 30, 60), sampler.At(Start, Start + Timeframe.OneMinute));
    }

    [Fact]
    public void A_quote_of_a_minute_that_is_closed_begins_none_but_is_known_to_the_next()
    {
        var sampler = Quoted(Start);
        sampler.Forget(Start);
        sampler.Add(Krona, new Quote(Start + TimeSpan.FromSeconds(50), 2));
        Assert.Empty(sampler.Minutes);
        var next = Start + Timeframe.OneMinute;
        sampler.Add(Basket.Components[0].Symbol, new Quote(next + Second, 1));
        Assert.Equal(IndexFormula.Level(Basket, [1, 1, 2]), sampler.At(next, next + Second)!.Open);
    }

    [Fact]
    public void A_component_that_is_too_old_stops_the_samples_each_by_its_own_age()
    {
        var sampler = Quoted(Start);
        foreach (var later in Enumerable.Range(1, 4).Select(minutes => Start + TimeSpan.FromMinutes(minutes)))
        {
            sampler.Add(Basket.Components[0].Symbol, new Quote(later, 1));
            sampler.Add(Basket.Components[1].Symbol, new Quote(later, 1));
        }

        int? Samples(int minutes) => sampler.At(Start + TimeSpan.FromMinutes(minutes), Start + TimeSpan.FromMinutes(minutes + 1))?.Samples;
        Assert.Equal([60, 60, 60, null, null], Enumerable.Range(0, 5).Select(Samples));
    }

    [Theory]
    [InlineData(0.05, false)]
    [InlineData(0.1, true)]
    [InlineData(1, true)]
    [InlineData(7, false)]
    [InlineData(60, true)]
    [InlineData(120, false)]
    public void A_pace_divides_a_minute(double seconds, bool isOne) =>
        Assert.Equal(isOne, IndexSampler.IsPace(TimeSpan.FromSeconds(seconds)));

    static IndexSampler Quoted(UtcTime at)
    {
        var sampler = new IndexSampler(Basket, Second);
        foreach (var component in Basket.Components)
        {
            sampler.Add(component.Symbol, new Quote(at, 1));
        }

        return sampler;
    }

    static SampledMinute? Expected((int Component, Quote Quote)[] quotes, UtcTime minute, TimeSpan every)
    {
        var levels = new List<decimal>();
        var spans = (int)(TimeSpan.FromMinutes(1) / every);
        for (var end = minute + every; end <= minute + TimeSpan.FromMinutes(1); end += every)
        {
            var latest = Enumerable
                .Range(0, 3)
                .Select(component =>
                    quotes
                        .Where(one => one.Component == component && one.Quote.Time < end)
                        .Select(one => (Quote?)one.Quote)
                        .MaxBy(quote => quote!.Value.Time)
                )
                .ToArray();
            int[] ages = [1, 1, 2];
            if (latest.Zip(ages).All(one => one.First is { } quote && minute.Minute - quote.Time.Minute <= one.Second))
            {
                levels.Add(IndexFormula.Level(Basket, [.. latest.Select(quote => (double)quote!.Value.Price)]));
            }
        }

        return levels.Count == 0 ? null : new SampledMinute(minute, levels[0], levels.Max(), levels.Min(), levels[^1], levels.Count, spans);
    }

    static IReadOnlyList<IndexMinute> Latest((int Component, Quote Quote)[] quotes)
    {
        var columns = Basket.Components.Select(component => new ComponentCloses(component.Symbol)).ToArray();
        foreach (var bar in quotes.GroupBy(one => (one.Component, one.Quote.Time.Minute)).OrderBy(group => group.Key.Minute))
        {
            columns[bar.Key.Component].Add(bar.Key.Minute, (double)bar.MaxBy(one => one.Quote.Time).Quote.Price);
        }

        return IndexRule.Derive(Basket, columns, new TimeRange(Start, Start + TimeSpan.FromMinutes(4)), DerivingRules.LatestClose).Minutes;
    }
}
