using System.Globalization;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Rollups;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Simulated;

namespace DxyOrleans.Feeds.Tests.Simulated;

/// <summary>
/// What sampling is worth: the high and low of hours by deriving versions 1 and 3, beside those of the level at every single quote. The
/// figures go to <c>docs/measured/sampled.md</c> when <c>DXY_WRITE_EXPECTED</c> is 1.
/// </summary>
public sealed class SampledAgainstTruthTests(ITestOutputHelper output)
{
    static readonly IndexDefinition Dxy = new(
        IndexDefinition.Dxy.Symbol,
        IndexDefinition.Dxy.Factor,
        IndexDefinition.Dxy.Components,
        IndexDefinition.Dxy.Since,
        DerivingRules.Sampled
    );

    static readonly UtcTime Start = UtcTime.At(2024, 3, 5);
    static readonly SimulatedMarket Market = new(new SimulationOptions());

    /// <summary>An hour's high and low, or how far they are from those of every quote.</summary>
    readonly record struct Range(decimal High, decimal Low);

    [Fact]
    public void An_hour_of_samples_equals_a_recomputation_from_all_its_quotes()
    {
        var hour = Start + TimeSpan.FromHours(9);
        var minutes = Sampled(hour, 60).Select(bar => (bar.Time, bar.Open, bar.High, bar.Low, bar.Close)).ToList();
        Assert.Equal(60, minutes.Count);
        Assert.Equal(Enumerable.Range(0, 60).Select(minute => Recomputed(hour + TimeSpan.FromMinutes(minute))), minutes);
    }

    [Fact]
    public void Its_hours_are_closer_to_every_quote_s_high_and_low_than_those_of_flat_minutes()
    {
        var (flat, sampled) = (new List<decimal>(), new List<decimal>());
        for (var hour = 1; hour < 21; hour++)
        {
            var from = Start + TimeSpan.FromHours(hour);
            var truth = EveryQuote(from);
            Assert.True(Add(sampled, truth, Hour(Sampled(from, 60))), "samples lie within the levels of all quotes");
            Assert.True(Add(flat, truth, Hour(Flat(from, 60))), "closes lie within the levels of all quotes");
        }

        var table = string.Join(
            '\n',
            "| deriving version | hours | mean error of high and low | worst |",
            "|---|--:|--:|--:|",
            Row("1, from the closes of the minutes", flat),
            Row("3, sampled each second", sampled)
        );
        output.WriteLine(table);
        Write(table);
        Assert.True(sampled.Average() < flat.Average() / 2, table);
        Assert.True(sampled.Max() < flat.Max(), table);
    }

    static string Row(string name, List<decimal> errors) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {errors.Count / 2} | {errors.Average():0.00000} | {errors.Max():0.00000} |"
        );

    static bool Add(List<decimal> errors, Range truth, Range found)
    {
        errors.AddRange(truth.High - found.High, found.Low - truth.Low);
        return errors.TakeLast(2).All(error => error >= 0);
    }

    static Range Hour(IReadOnlyList<Bar> minutes) => new(minutes.Max(bar => bar.High), minutes.Min(bar => bar.Low));

    static List<Bar> Sampled(UtcTime from, int count)
    {
        var sampler = new IndexSampler(Dxy, IndexSampler.UsualPace);
        var samples = new Dictionary<UtcTime, SampledMinute>();
        foreach (var quote in QuotesOf(from - TimeSpan.FromMinutes(5), count + 5))
        {
            sampler.Add(quote.Symbol, quote.Quote);
        }

        foreach (var minute in sampler.Minutes.Where(minute => minute >= from))
        {
            samples[minute] = sampler.At(minute, minute + Timeframe.OneMinute)!;
        }

        return [.. Derive(from, count, DerivingRules.Sampled, samples).Select(minute => minute.ToBar(Dxy.Series))];
    }

    static List<Bar> Flat(UtcTime from, int count) =>
        [.. Derive(from, count, DerivingRules.Strict, null).Select(minute => minute.ToBar(Dxy.Series))];

    static IReadOnlyList<IndexMinute> Derive(
        UtcTime from,
        int count,
        IDerivingRule rule,
        IReadOnlyDictionary<UtcTime, SampledMinute>? samples
    )
    {
        var range = new TimeRange(from, from + TimeSpan.FromMinutes(count));
        var columns = Dxy.Components.Select(component => new ComponentCloses(component.Symbol)).ToArray();
        foreach (var column in columns)
        {
            for (var minute = range.From - TimeSpan.FromMinutes(5); minute < range.To; minute += Timeframe.OneMinute)
            {
                if (Market.BarOf(column.Symbol, minute) is { } bar)
                {
                    column.Add(minute.Minute, (double)bar.Close);
                }
            }
        }

        return IndexRule.Derive(Dxy, columns, range, rule, samples).Minutes;
    }

    // Second by second, the latest of all quotes before its end.
    static (UtcTime, decimal, decimal, decimal, decimal) Recomputed(UtcTime minute)
    {
        var quotes = QuotesOf(minute - TimeSpan.FromMinutes(5), 6).ToList();
        var levels = Enumerable
            .Range(1, 60)
            .Select(second =>
                IndexFormula.Level(
                    Dxy,
                    [
                        .. Dxy.Components.Select(component =>
                            (double)
                                quotes
                                    .Where(one => one.Symbol == component.Symbol && one.Quote.Time < minute + TimeSpan.FromSeconds(second))
                                    .MaxBy(one => one.Quote.Time)
                                    .Quote.Price
                        ),
                    ]
                )
            )
            .ToList();
        return (minute, levels[0], levels.Max(), levels.Min(), levels[^1]);
    }

    static Range EveryQuote(UtcTime from)
    {
        var latest = new Dictionary<Symbol, decimal>();
        var levels = new List<decimal>();
        foreach (var (symbol, quote) in QuotesOf(from - TimeSpan.FromMinutes(5), 65).OrderBy(one => one.Quote.Time))
        {
            latest[symbol] = quote.Price;
            if (latest.Count == Dxy.Components.Length && quote.Time >= from)
            {
                levels.Add(IndexFormula.Level(Dxy, [.. Dxy.Components.Select(component => (double)latest[component.Symbol])]));
            }
        }

        return new Range(levels.Max(), levels.Min());
    }

    static IEnumerable<(Symbol Symbol, Quote Quote)> QuotesOf(UtcTime from, int minutes) =>
        Enumerable
            .Range(0, minutes)
            .SelectMany(minute =>
                Dxy.Components.SelectMany(component =>
                    Market.QuotesOf(component.Symbol, from + TimeSpan.FromMinutes(minute)).Select(quote => (component.Symbol, quote))
                )
            );

    static void Write(string table)
    {
        if (Environment.GetEnvironmentVariable("DXY_WRITE_EXPECTED") != "1")
        {
            return;
        }

        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "DxyOrleans.sln")))
        {
            root = root.Parent!;
        }

        File.WriteAllText(
            Path.Combine(root.FullName, "docs", "measured", "sampled.md"),
            $"""
            # The high and low of hours, sampled and not

            How far DXY's 1-hour high and low lie inside those of the level at every single quote, in index
            points, over a day's hours of the simulated market. The test `SampledAgainstTruthTests` writes this
            page when `DXY_WRITE_EXPECTED` is 1.

            {table}

            """.ReplaceLineEndings("\n")
        );
    }
}
