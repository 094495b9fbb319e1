using DxyOrleans.Client.Commands.Migrate;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Health;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Shadow;

namespace DxyOrleans.Client.Tests.Migrate;

public sealed class ShadowHealthTests
{
    static readonly UtcTime Day = UtcTime.At(2024, 3, 4, 0);

    [Theory]
    [InlineData(0, 5, "[]", HealthStatus.Pass)]
    [InlineData(1, 5, "[]", HealthStatus.Warn)]
    [InlineData(0, 20, "[]", HealthStatus.Fail)]
    [InlineData(0, 5, "[{\"kind\": \"fault\", \"reason\": \"no right\"}]", HealthStatus.Fail)]
    public void A_young_comparison_is_healthy_and_one_that_failed_or_is_old_is_not(
        int different,
        int minutes,
        string samples,
        HealthStatus status
    )
    {
        var day = new ShadowDay(new Series(Symbol.Parse("DXY"), Timeframe.OneMinute), Day, 10, different, 0, 0, 0, samples, Day);
        Assert.Equal(status, ShadowHealth.Judge(ShadowVerdict.Of([day], Day + TimeSpan.FromMinutes(minutes))).Status);
    }
}
