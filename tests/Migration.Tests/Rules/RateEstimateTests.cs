using CsCheck;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Tests.Rules;

public sealed class RateEstimateTests
{
    [Fact]
    public void From_a_tenth_on_the_time_left_of_a_steady_series_is_off_by_less_than_a_fifth() =>
        Gen.Select(Gen.Double[0.8, 1.2].Array[50, 400], Gen.Double[0.01, 2.0], Gen.Int[100, 20_000])
            .Sample(
                (noise, seconds, rows) =>
                {
                    var batches = noise.Select(factor => new Pace(rows, TimeSpan.FromSeconds(seconds * factor))).ToArray();
                    for (var done = Math.Max(5, batches.Length / 10); done < batches.Length * 9 / 10; done++)
                    {
                        var truth = batches[done..].Sum(batch => batch.Took.TotalSeconds);
                        var estimate = RateEstimate.Of(batches[..done], (long)done * rows, (long)batches.Length * rows)!;
                        Assert.InRange(estimate.Left.TotalSeconds / truth, 0.8, 1.2);
                        Assert.InRange(estimate.Left, estimate.Least, estimate.Most);
                    }
                },
                iter: 200
            );

    [Fact]
    public void A_series_that_has_become_slower_is_judged_by_its_newest_batches()
    {
        var batches = Enumerable
            .Repeat(new Pace(1000, TimeSpan.FromSeconds(0.1)), 100)
            .Concat(Enumerable.Repeat(new Pace(1000, TimeSpan.FromSeconds(0.4)), 100))
            .ToArray();
        var estimate = RateEstimate.Of(batches, 200_000, 300_000)!;
        Assert.InRange(estimate.Left.TotalSeconds, 36, 41);
    }

    [Fact]
    public void The_band_is_wider_where_the_batches_differ_more()
    {
        var steady = RateEstimate.Of([.. Enumerable.Repeat(new Pace(1000, TimeSpan.FromSeconds(1)), 40)], 40_000, 80_000)!;
        var restless = RateEstimate.Of(
            [.. Enumerable.Range(0, 40).Select(i => new Pace(1000, TimeSpan.FromSeconds(i % 2 == 0 ? 0.2 : 1.8)))],
            40_000,
            80_000
        )!;
        Assert.True(restless.Most - restless.Least > steady.Most - steady.Least);
    }

    [Fact]
    public void Two_batches_or_an_unknown_total_give_no_number()
    {
        var batch = new Pace(1000, TimeSpan.FromSeconds(1));
        Assert.Null(RateEstimate.Of([batch, batch], 2000, 10_000));
        Assert.Null(RateEstimate.Of([batch, batch, batch], 3000, null));
        Assert.Null(
            RateEstimate.Of(
                [new Pace(0, TimeSpan.FromSeconds(1)), new Pace(0, TimeSpan.FromSeconds(1)), new Pace(0, TimeSpan.FromSeconds(1))],
                0,
                10
            )
        );
    }
}
