using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Tests.Rules;

public sealed class PriceRulesTests
{
    static readonly UtcTime Start = UtcTime.At(2024, 3, 4, 8);
    static readonly (double, double) Bounds = PriceRules.Bounds(IndexDefinition.Dxy.Symbol);

    static UtcTime Minute(int minute) => Start + TimeSpan.FromMinutes(minute);

    // Quiet: a hundredth of a per cent up and down.
    static List<PricePoint> Quiet(int count) => [.. Enumerable.Range(0, count).Select(i => Flat(i, i % 2 == 0 ? 104 : 104.0104))];

    static PricePoint Flat(int minute, double price) => new(Minute(minute), price, price, price);

    static List<(int, GateVerdict)> Faults(IReadOnlyList<PricePoint> bars, params IEnumerable<(int Minute, decimal Level)> implied) =>
        [
            .. PriceRules
                .Faults(bars, implied.ToDictionary(pair => Minute(pair.Minute), pair => pair.Level), Bounds, Start)
                .Select(fault => ((int)(fault.Time - Start).TotalMinutes, fault.Verdict)),
        ];

    [Theory]
    [InlineData(164.72, true)]
    [InlineData(70.698, true)]
    [InlineData(121, true)]
    [InlineData(9999, false)]
    [InlineData(49.9, false)]
    [InlineData(0, false)]
    [InlineData(-104, false)]
    [InlineData(double.NaN, false)]
    [InlineData(double.PositiveInfinity, false)]
    public void What_the_index_ever_was_is_within_bounds_and_what_it_never_was_is_not(double price, bool plausible) =>
        Assert.Equal(plausible ? [] : [(0, GateVerdict.Fail)], Faults([Flat(0, price)]));

    [Fact]
    public void A_close_that_is_no_number_is_found_behind_a_low_and_a_high_that_are() =>
        Assert.Equal([(0, GateVerdict.Fail)], Faults([new PricePoint(Start, 104, 104, double.NaN)]));

    [Fact]
    public void Quiet_minutes_are_plausible() => Assert.Empty(Faults(Quiet(120)));

    [Fact]
    public void A_jump_that_nothing_explains_is_a_warning_among_quiet_minutes_and_none_among_wild_ones()
    {
        var quiet = Quiet(61);
        Assert.Equal([(61, GateVerdict.Warn)], Faults([.. quiet, Flat(61, 104.4)]));

        var wild = Enumerable.Range(0, 61).Select(i => Flat(i, i % 2 == 0 ? 104 : 104.09));
        Assert.Empty(Faults([.. wild, Flat(61, 104.4)]));
    }

    [Fact]
    public void A_jump_that_the_components_made_too_is_plausible_and_one_they_did_not_make_fails()
    {
        PricePoint[] bars = [.. Quiet(61), Flat(61, 104.5)];

        Assert.Empty(Faults(bars, (60, 104m), (61, 104.5m)));
        Assert.Equal([(61, GateVerdict.Fail)], Faults(bars, (60, 104m), (61, 104.01m)));
    }

    [Fact]
    public void An_index_that_stands_still_while_its_components_move_fails() =>
        Assert.Equal([(61, GateVerdict.Fail)], Faults([.. Quiet(61), Flat(61, 104)], (60, 104m), (61, 104.5m)));

    [Fact]
    public void A_move_of_more_than_a_per_cent_is_looked_at_and_one_of_more_than_five_fails_whoever_made_it()
    {
        Assert.Equal([(1, GateVerdict.Warn)], Faults([Flat(0, 104), Flat(1, 106)], (0, 104m), (1, 106m)));
        Assert.Equal([(1, GateVerdict.Fail)], Faults([Flat(0, 104), Flat(1, 110)], (0, 104m), (1, 110m)));
    }

    [Fact]
    public void A_bad_print_is_told_once_and_not_again_by_the_bar_after_it() =>
        Assert.Equal([(1, GateVerdict.Fail)], Faults([Flat(0, 104), Flat(1, 9999), Flat(2, 104.01)]));

    [Fact]
    public void Over_a_weekend_prices_may_open_anywhere()
    {
        PricePoint[] bars = [new(Start - TimeSpan.FromHours(50), 104, 104, 104), Flat(0, 108)];

        Assert.Empty(Faults(bars));
    }
}
