using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Simulated;

namespace DxyOrleans.Feeds.Tests.Simulated;

public sealed class DeliveryTests
{
    static readonly Symbol Euro = Symbol.Parse("EURUSD");
    static readonly TimeRange Day = new(UtcTime.At(2024, 3, 5), UtcTime.At(2024, 3, 6));

    static IEnumerable<UtcTime> Minutes => Enumerable.Range(0, 1440).Select(i => Day.From + TimeSpan.FromMinutes(i));

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1440, 1440)]
    [InlineData(0.1, 100, 190)]
    public void Late_bars_come_at_their_rate_after_their_end_with_the_values_of_their_ticks(double rate, int least, int most)
    {
        var market = new SimulatedMarket(new() { LateRate = rate, MaxDelayMinutes = 15 });
        var deliveries = Minutes.SelectMany(minute => market.DeliveriesOf(Euro, minute)).ToList();

        Assert.InRange(deliveries.Count, least, most);
        Assert.All(deliveries, delivery =>
        {
            Assert.False(delivery.IsCorrection);
            Assert.True(market.IsLate(Euro, delivery.Bar.Time));
            Assert.Equal(market.BarOf(Euro, delivery.Bar.Time), delivery.Bar);
            Assert.InRange(delivery.DeliveredAt - delivery.Bar.End, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(15));
        });
    }

    [Fact]
    public void Corrected_bars_come_at_their_rate_after_their_end_with_other_values()
    {
        var market = new SimulatedMarket(new() { CorrectionRate = 0.1 });
        var deliveries = Minutes.SelectMany(minute => market.DeliveriesOf(Euro, minute)).ToList();

        Assert.InRange(deliveries.Count, 100, 190);
        Assert.All(deliveries, delivery =>
        {
            Assert.True(delivery.IsCorrection);
            Assert.NotEqual(market.BarOf(Euro, delivery.Bar.Time), delivery.Bar);
            Assert.Equal(market.FinalBarOf(Euro, delivery.Bar.Time), delivery.Bar);
            Assert.True(delivery.DeliveredAt > delivery.Bar.End);
        });
    }

    [Fact]
    public void A_late_bar_comes_before_its_correction()
    {
        var market = new SimulatedMarket(
            new()
            {
                LateRate = 1,
                CorrectionRate = 1,
                MaxDelayMinutes = 2,
            }
        );

        Assert.All(Minutes, minute =>
        {
            var deliveries = market.DeliveriesOf(Euro, minute).ToList();
            Assert.Equal([false, true], deliveries.Select(delivery => delivery.IsCorrection));
            Assert.True(deliveries[0].DeliveredAt <= deliveries[1].DeliveredAt);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(1440)]
    public void Asking_by_arrival_in_slices_finds_every_delivery_once(int maxDelay)
    {
        var market = new SimulatedMarket(
            new()
            {
                LateRate = 0.02,
                CorrectionRate = 0.02,
                MaxDelayMinutes = maxDelay,
            }
        );
        var whole = new TimeRange(Day.From, Day.To + TimeSpan.FromDays(2));
        var byMinute = Enumerable
            .Range(-1450, 1440 * 5)
            .Select(i => Day.From + TimeSpan.FromMinutes(i))
            .SelectMany(minute => market.Symbols.SelectMany(symbol => market.DeliveriesOf(symbol, minute)))
            .Where(delivery => whole.Contains(delivery.DeliveredAt));

        var slices = Enumerable
            .Range(0, 3 * 24 * 4)
            .Select(i => whole.From + TimeSpan.FromMinutes(15 * i))
            .SelectMany(from => market.DeliveriesWithin(new TimeRange(from, from + TimeSpan.FromMinutes(15))))
            .ToList();

        Assert.NotEmpty(slices);
        Assert.Equal(slices.Count, slices.Distinct().Count());
        Assert.Equal(byMinute.ToHashSet(), slices.ToHashSet());
    }
}
