using CsCheck;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Time;

public sealed class TimeRangeTests
{
    static readonly UtcTime Start = UtcTime.At(2024, 3, 4);

    // Few instants, so that ranges touch and coincide often.
    static readonly Gen<UtcTime> Near = Gen.Int[0, 20].Select(i => Start + TimeSpan.FromSeconds(30 * i));
    static readonly Gen<TimeRange> Range = Gen.Select(Near, Near, (one, other) =>
        new TimeRange(UtcTime.Min(one, other), UtcTime.Max(one, other))
    );

    [Fact]
    public void A_range_holds_its_beginning_and_not_its_end()
    {
        var range = new TimeRange(Start, Start + TimeSpan.FromMinutes(1));

        Assert.True(range.Contains(range.From));
        Assert.False(range.Contains(range.To));
        Assert.Equal(TimeSpan.FromMinutes(1), range.Length);
    }

    [Fact]
    public void A_reversed_range_does_not_exist() =>
        Assert.Throws<ArgumentException>(() => new TimeRange(Start + TimeSpan.FromTicks(10), Start));

    [Fact]
    public void The_intersection_holds_what_both_hold() =>
        Gen.Select(Range, Range, Near)
            .Sample((one, other, time) => Assert.Equal(one.Contains(time) && other.Contains(time), one.Intersect(other).Contains(time)));

    [Fact]
    public void Ranges_overlap_when_their_intersection_is_not_empty() =>
        Gen.Select(Range, Range)
            .Where((one, other) => !one.IsEmpty && !other.IsEmpty)
            .Sample((one, other) => Assert.Equal(!one.Intersect(other).IsEmpty, one.Overlaps(other)));

    [Fact]
    public void Widening_is_the_smallest_range_on_the_grid_around() =>
        Gen.Select(Range, Generators.AnyTimeframe)
            .Sample(
                (range, timeframe) =>
                {
                    var wide = range.Widen(timeframe);
                    Assert.True(wide.From.IsOnGrid(timeframe) && wide.To.IsOnGrid(timeframe));
                    Assert.True(wide.From <= range.From && range.From - wide.From < timeframe.Length);
                    Assert.True(wide.To >= range.To && wide.To - range.To < timeframe.Length);
                }
            );
}
