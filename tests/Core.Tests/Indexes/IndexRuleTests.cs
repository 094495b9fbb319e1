using CsCheck;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Indexes;

/// <summary>The rule against a reading of it that looks at one minute after the other.</summary>
public sealed class IndexRuleTests
{
    // Around a Friday close, so that open and closed minutes both occur.
    static readonly UtcTime Start = UtcTime.At(2024, 3, 8, 21, 45);
    const int Minutes = 30;

    static readonly IndexDefinition Basket = new(
        Symbol.Parse("XYZ"),
        50,
        [new(Symbol.Parse("AAAUSD"), -0.5), new(Symbol.Parse("USDBBB"), 0.3), new(Symbol.Parse("USDCCC"), 0.2)],
        Start + TimeSpan.FromMinutes(3),
        maxAgeMinutes: 4
    );

    static readonly Gen<ComponentCloses[]> Closes = Gen.Select(
            Gen.Int[0, Minutes - 1].HashSet[0, Minutes],
            Gen.Double[0.5, 2].Array[Minutes]
        )
        .Array[3]
        .Select(columns => columns.Select((column, i) => Column(Basket.Components[i].Symbol, column.Item1, column.Item2)).ToArray());

    static readonly Gen<TimeRange> Range = Gen.Select(Gen.Int[-5, 35], Gen.Int[0, 40], Gen.Int[0, 59])
        .Select(
            (from, length, seconds) =>
                new TimeRange(
                    Start + TimeSpan.FromMinutes(from),
                    Start + TimeSpan.FromMinutes(from + length) + TimeSpan.FromSeconds(length > 0 ? seconds : 0)
                )
        );

    [Fact]
    public void Strict_gives_a_bar_for_every_minute_in_which_all_print() => Check(DerivingRules.Strict, maxAge: 0, onlyOpen: false);

    [Fact]
    public void Latest_close_gives_a_bar_for_every_open_minute_in_which_one_prints_and_the_others_are_fresh() =>
        Check(DerivingRules.LatestClose, maxAge: 4, onlyOpen: true);

    [Fact]
    public void Deriving_in_pieces_gives_what_deriving_at_once_gives() =>
        Gen.Select(Closes, Gen.Int[0, Minutes], Gen.Int[0, DerivingRules.All.Length - 1].Select(n => DerivingRules.All[n]))
            .Sample(
                (closes, cut, version) =>
                {
                    var (end, middle) = (Start + TimeSpan.FromMinutes(Minutes), Start + TimeSpan.FromMinutes(cut));
                    var whole = IndexRule.Derive(Basket, closes, new TimeRange(Start, end), version).Minutes;
                    var pieces = IndexRule
                        .Derive(Basket, From(Start), new TimeRange(Start, middle), version)
                        .Minutes.Concat(IndexRule.Derive(Basket, From(middle), new TimeRange(middle, end), version).Minutes);
                    Assert.Equal(whole.Select(Text), pieces.Select(Text));

                    // Only what the stated look-back reaches, as a reader of the table would bring it.
                    ComponentCloses[] From(UtcTime from) =>
                        [
                            .. closes.Select(column =>
                                Column(
                                    column.Symbol,
                                    column.Minutes.Zip(column.Closes).Where(row => row.First >= (from - version.LookBack(Basket)).Minute)
                                )
                            ),
                        ];
                }
            );

    [Fact]
    public void The_first_missing_component_is_the_cause()
    {
        ComponentCloses[] closes = [Filled(0, 1, 2, 3, 4, 5), Filled(3, 4), Filled(3)];

        var result = IndexRule.Derive(Basket, closes, new TimeRange(Start, Start + TimeSpan.FromMinutes(9)), DerivingRules.Strict);

        Assert.Equal([new SkipCause(Basket.Components[1].Symbol, 1), new SkipCause(Basket.Components[2].Symbol, 1)], result.Skipped);
        Assert.Equal(Basket.Since, Assert.Single(result.Minutes).Time);

        static ComponentCloses Filled(params int[] minutes) =>
            Column(Basket.Components[0].Symbol, minutes, [.. Enumerable.Repeat(1.0, Minutes)]);
    }

    [Fact]
    public void Columns_have_to_ascend_and_be_one_a_component()
    {
        var column = new ComponentCloses(Basket.Components[0].Symbol);
        column.Add(5, 1);

        Assert.Throws<ArgumentException>(() => column.Add(5, 1));
        Assert.Throws<ArgumentException>(() => IndexRule.Derive(Basket, [column], new TimeRange(Start, Start), DerivingRules.Strict));
    }

    static void Check(IDerivingRule version, int maxAge, bool onlyOpen) =>
        Gen.Select(Closes, Range)
            .Sample(
                (closes, range) =>
                {
                    var result = IndexRule.Derive(Basket, closes, range, version);
                    var skipped = new int[3];
                    List<string> expected = [];
                    for (var minute = Start.Minute - 10; minute < Start.Minute + 90; minute++)
                    {
                        var time = UtcTime.FromMinute(minute);
                        if (
                            !range.Contains(time)
                            || time < Basket.Since
                            || !closes.Any(column => column.Minutes.Contains(minute))
                            || (onlyOpen && !FxWeek.IsOpen(time))
                        )
                        {
                            continue;
                        }

                        var latest = closes
                            .Select(column => column.Minutes.FindLastIndex(printed => printed <= minute && minute - printed <= maxAge))
                            .ToArray();
                        if (Array.IndexOf(latest, -1) is >= 0 and var missing)
                        {
                            skipped[missing]++;
                            continue;
                        }

                        var values = latest.Select((at, i) => closes[i].Closes[at]).ToArray();
                        expected.Add(
                            Text(
                                new IndexMinute(
                                    time,
                                    IndexFormula.Level(Basket, values),
                                    [.. values],
                                    [.. latest.Select((at, i) => (int)(minute - closes[i].Minutes[at]))],
                                    version
                                )
                            )
                        );
                    }

                    Assert.Equal(expected, result.Minutes.Select(Text));
                    Assert.Equal(
                        Basket
                            .Components.Select((component, i) => new SkipCause(component.Symbol, skipped[i]))
                            .Where(cause => cause.Minutes > 0),
                        result.Skipped
                    );
                }
            );

    static string Text(IndexMinute minute) =>
        $"{minute.Time} {minute.Level} {string.Join('/', minute.Closes)} {string.Join('/', minute.Ages)}={minute.TotalAge} "
        + $"{minute.Rule.Version}";

    static ComponentCloses Column(Symbol symbol, IEnumerable<int> minutes, double[] closes) =>
        Column(symbol, minutes.Order().Select(i => (Start.Minute + i, closes[i])));

    static ComponentCloses Column(Symbol symbol, IEnumerable<(long Minute, double Close)> rows)
    {
        var column = new ComponentCloses(symbol);
        foreach (var (minute, close) in rows)
        {
            column.Add(minute, close);
        }

        return column;
    }
}
