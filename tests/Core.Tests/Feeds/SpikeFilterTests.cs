using DxyOrleans.Core.Feeds;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.Feeds;

public sealed class SpikeFilterTests
{
    static readonly UtcTime Start = UtcTime.At(2024, 10, 29, 21);

    [Fact]
    public void A_price_that_leaps_away_and_back_is_never_told() =>
        Assert.Equal("1.0815 1.0816 1.0814 | 1.0600", Told(1.0815m, 1.0816m, 1.0600m, 1.0814m));

    [Fact]
    public void A_leap_that_the_next_price_confirms_is_told_with_it() =>
        Assert.Equal("1.20 1.00 0.99 0.991 |", Told(1.20m, 1.00m, 0.99m, 0.991m));

    [Fact]
    public void A_crash_that_goes_on_falling_is_told_from_its_second_price_on() =>
        Assert.Equal("1.20 1.15 1.10 1.05 1.00 1.01 |", Told(1.20m, 1.15m, 1.10m, 1.05m, 1.00m, 1.01m));

    [Fact]
    public void Two_leaps_to_different_sides_are_two_spikes() => Assert.Equal("1.10 1.101 | 1.05 1.15", Told(1.10m, 1.05m, 1.15m, 1.101m));

    [Fact]
    public void Each_spike_in_a_row_of_them_is_held_back() =>
        Assert.Equal("1.10 1.10 1.10 1.10 | 1.05 1.05 1.20", Told(1.10m, 1.05m, 1.10m, 1.05m, 1.10m, 1.20m, 1.10m));

    [Fact]
    public void A_wick_counts_as_well_as_a_close()
    {
        var filter = Filter(0.01m);
        Assert.Single(filter.Next(new PriceReading(Start, 1.08m, 1.081m, 1.0805m), out _));
        Assert.Empty(filter.Next(new PriceReading(Start + Minutes(1), 1.06m, 1.081m, 1.0805m), out _));
        Assert.Single(filter.Next(new PriceReading(Start + Minutes(2), 1.08m, 1.081m, 1.0806m), out var spike));
        Assert.Equal(1.06m, spike.Low);
    }

    [Fact]
    public void A_spike_that_is_repeated_is_no_second_witness()
    {
        var filter = Filter(0.01m);
        filter.Next(At(0, 1.08m), out _);
        Assert.Empty(filter.Next(At(1, 1.00m), out _));
        Assert.Empty(filter.Next(At(1, 1.00m), out _));
        Assert.Equal([At(2, 1.081m)], filter.Next(At(2, 1.081m), out var spike));
        Assert.Equal(At(1, 1.00m), spike);
    }

    [Fact]
    public void A_price_after_a_long_silence_is_compared_with_nothing()
    {
        var filter = Filter(0.01m);
        filter.Next(At(0, 1.08m), out _);
        Assert.Single(filter.Next(At(11, 1.00m), out _));
    }

    [Fact]
    public void A_late_price_is_judged_and_moves_nothing()
    {
        var filter = Filter(0.01m);
        filter.Next(At(5, 1.08m), out _);
        Assert.Empty(filter.Next(At(3, 1.00m), out var spike));
        Assert.Equal(At(3, 1.00m), spike);
        Assert.Single(filter.Next(At(4, 1.081m), out _));
        Assert.Single(filter.Next(At(6, 1.082m), out _));
    }

    [Fact]
    public void A_limit_of_zero_holds_nothing_back()
    {
        var filter = Filter(0);
        Assert.All([1m, 100m, 0.01m], price => Assert.Single(filter.Next(At(0, price), out _)));
    }

    static string Told(params decimal[] prices)
    {
        var filter = Filter(0.01m);
        List<decimal> told = [];
        List<decimal> spikes = [];
        for (var i = 0; i < prices.Length; i++)
        {
            told.AddRange(filter.Next(At(i, prices[i]), out var spike).Select(reading => reading.Close));
            if (spike != default)
            {
                spikes.Add(spike.Close);
            }
        }

        return $"{string.Join(' ', told)} | {string.Join(' ', spikes)}".TrimEnd();
    }

    static SpikeFilter<PriceReading> Filter(decimal limit) => new(limit, Minutes(10), reading => reading);

    static PriceReading At(int minute, decimal price) => new(Start + Minutes(minute), price, price, price);

    static TimeSpan Minutes(int minutes) => TimeSpan.FromMinutes(minutes);
}
