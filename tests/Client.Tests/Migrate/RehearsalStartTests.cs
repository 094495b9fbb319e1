using DxyOrleans.Client.Rehearsal;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Client.Tests.Migrate;

public sealed class RehearsalStartTests
{
    [Theory]
    [InlineData("2026-11-22T20:00:00Z", "2026-11-16T08:00:00Z")]
    [InlineData("2026-11-16T07:00:00Z", "2026-11-09T08:00:00Z")]
    [InlineData("2026-11-16T23:00:00Z", "2026-11-09T08:00:00Z")]
    [InlineData("2026-11-17T00:00:00Z", "2026-11-16T08:00:00Z")]
    [InlineData("2027-01-02T00:00:00Z", "2026-12-28T08:00:00Z")]
    [InlineData("2024-12-28T00:00:00Z", "2024-12-16T08:00:00Z")]
    public void A_rehearsal_begins_on_a_past_Monday_with_three_open_days_ahead(string now, string start) =>
        Assert.Equal(UtcTime.Parse(start), RehearsalStart.MondayBefore(UtcTime.Parse(now)));

    [Theory]
    [InlineData(1)]
    [InlineData(1_000)]
    [InlineData(200_000)]
    public void History_holds_as_many_open_minutes_as_asked_and_ends_where_it_has_to(int minutes)
    {
        var end = UtcTime.At(2026, 11, 16, 8);

        var stretches = RehearsalStart.OpenBefore(end, minutes);

        Assert.Equal(end, stretches[^1].To);
        Assert.Equal(minutes, stretches.Sum(stretch => (int)stretch.Length.TotalMinutes));
        Assert.Equal(minutes, stretches.Sum(FxWeek.OpenMinutes));
        Assert.Equal(stretches.OrderBy(stretch => stretch.From), stretches);
    }
}
