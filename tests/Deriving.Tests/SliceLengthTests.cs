using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;

namespace DxyOrleans.Deriving.Tests;

public sealed class SliceLengthTests
{
    static readonly IndexTargetRule Dxy = new(IndexDefinition.Dxy, TimeSpan.FromSeconds(1));
    static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory]
    // Took, ms; beside live minutes; how much longer the next may be.
    [InlineData(101, false, 0.5)]
    [InlineData(99, false, 1)]
    [InlineData(51, false, 1)]
    [InlineData(49, false, 2)]
    [InlineData(49, true, 0.5)]
    [InlineData(21, true, 0.5)]
    [InlineData(19, true, 1)]
    [InlineData(9, true, 2)]
    public void A_slice_is_as_long_as_a_transaction_may_take_which_is_a_fifth_while_live_minutes_come(
        int took,
        bool besideLive,
        double times
    ) => Assert.Equal(Day * times, SliceLength.Next(Day, Day, TimeSpan.FromMilliseconds(took), besideLive, Dxy));

    [Fact]
    public void A_slice_that_is_long_enough_for_columns_stays_so_however_slow_the_server_is()
    {
        var hours = new RollupTargetRule(new Series(IndexDefinition.Dxy.Symbol, Timeframe.OneHour), TimeSpan.FromSeconds(1));
        Assert.Equal(
            Deriver.LongWork,
            SliceLength.Next(Deriver.LongWork * 1.5, Deriver.LongWork * 1.5, TimeSpan.FromSeconds(1), true, Dxy)
        );
        Assert.Equal(TimeSpan.FromHours(9), SliceLength.Next(Day / 2, Day / 2, TimeSpan.FromSeconds(1), true, hours));
    }

    [Fact]
    public void A_short_piece_of_work_that_is_slow_makes_the_slices_after_it_no_shorter()
    {
        var length = Day;
        for (var piece = 0; piece < 20; piece++)
        {
            length = SliceLength.Next(length, TimeSpan.FromMinutes(8), TimeSpan.FromSeconds(1), true, Dxy);
        }

        Assert.Equal(Deriver.LongWork, length);
    }

    [Fact]
    public void Slices_that_were_halved_to_find_a_bad_bar_grow_again_however_slow_the_server_is()
    {
        var length = TimeSpan.FromMinutes(1);
        for (var slice = 0; slice < 9; slice++)
        {
            length = SliceLength.Next(length, length, TimeSpan.FromSeconds(1), true, Dxy);
        }

        Assert.Equal(Deriver.LongWork, length);
    }

    [Fact]
    public void A_slice_is_never_shorter_than_a_bar_nor_longer_than_its_rule_allows()
    {
        var bar = TimeSpan.FromMinutes(1);
        Assert.Equal(bar, SliceLength.Halved(bar, Dxy));
        Assert.Equal(Dxy.MaxBlock, SliceLength.Next(Dxy.MaxBlock, Dxy.MaxBlock, TimeSpan.Zero, false, Dxy));
    }
}
