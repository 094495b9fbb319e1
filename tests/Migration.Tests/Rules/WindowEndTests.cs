using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Tests.Rules;

public sealed class WindowEndTests
{
    [Fact]
    public void A_window_begun_on_a_Tuesday_ends_a_day_later() =>
        Assert.Equal(UtcTime.At(2024, 3, 6, 8), WindowEnd.Earliest(UtcTime.At(2024, 3, 5, 8), new RunSettings()));

    [Fact]
    public void A_window_begun_at_the_weekend_waits_for_a_whole_day_of_open_market() =>
        Assert.Equal(UtcTime.At(2024, 3, 4, 22), WindowEnd.Earliest(UtcTime.At(2024, 3, 2, 8), new RunSettings()));

    [Fact]
    public void A_period_in_which_no_bars_are_expected_pushes_it_out()
    {
        var thin = new TimeRange(UtcTime.At(2024, 3, 5, 12), UtcTime.At(2024, 3, 5, 18));
        var calendar = MarketCalendar.Of([new MarketPeriod(1, thin, MarketPeriodKind.Thin, null, "")], "currency_index");
        Assert.Equal(UtcTime.At(2024, 3, 6, 14), WindowEnd.Earliest(UtcTime.At(2024, 3, 5, 8), new RunSettings(), calendar));
    }

    [Fact]
    public void The_hours_count_where_the_minutes_are_few() =>
        Assert.Equal(
            UtcTime.At(2024, 3, 5, 20),
            WindowEnd.Earliest(UtcTime.At(2024, 3, 5, 8), new RunSettings { WindowHours = 12, HealthyMinutes = 10 })
        );
}
