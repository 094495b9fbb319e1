using DxyOrleans.Cluster.Tests.Harness;

namespace DxyOrleans.Cluster.Tests;

/// <summary>What the fault suite notes is what was there.</summary>
public sealed class FaultReportTests
{
    static readonly DateTimeOffset Noon = new(2024, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_index_that_comes_to_life_before_it_left_elsewhere_is_counted_and_one_that_was_handed_over_is_not()
    {
        var handed = Lives(
            "2024-03-04T12:00:00.000Z info: x[1201] DXY lives on this silo from now on\n2024-03-04T12:00:05.000Z info: x[1202] DXY "
                + "leaves this silo\n",
            60
        );
        var after = Lives("2024-03-04T12:00:05.000Z info: x[1201] DXY lives on this silo from now on\n", 20);
        var beside = Lives("2024-03-04T13:00:18.000Z info: x[1201] DXY lives on this silo from now on\n", 30, TimeSpan.FromHours(1));
        Assert.Equal((0, 0), IndexActivations.AtOnce([.. handed, .. after]));
        Assert.Equal((1, 2), IndexActivations.AtOnce([.. handed, .. after, .. beside]));
    }

    [Fact]
    public void A_row_that_was_tried_again_is_written_anew_and_the_others_stay()
    {
        var before = FaultReport.Table([Seen("a", 7), Seen("b", 1)]);
        var now = FaultReport.Table([Seen("b", 3), Seen("b", 2)], before);
        Assert.Contains("| a | 1 | 7.0 s |", now, StringComparison.Ordinal);
        Assert.Contains("| b | 2 | 3.0 s |", now, StringComparison.Ordinal);
        Assert.Equal(4, now.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    static FaultSeen Seen(string fault, double silence) => new(fault, silence, 1, 0, 0, "it did", 1, 0, 0, 0);

    static IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> Lives(string log, int seconds, TimeSpan clockOff = default) =>
        IndexActivations.Of(log, clockOff, Noon.AddSeconds(seconds));
}
