using DxyOrleans.Core.Comparing;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.RealData;

/// <summary>The derived index against one that a broker publishes.</summary>
public sealed class IndependentIndexTests
{
    /// <summary>
    /// A wrong exponent or a shifted zone shows in the largest percentile and in the bias before it shows in the mean.
    /// </summary>
    [Fact]
    public void Derived_levels_agree_with_an_independent_index_within_bounds_that_a_wrong_exponent_breaks()
    {
        var bounds = new ErrorBounds
        {
            MeanAbsolute = 0.002,
            P99 = 0.010,
            Bias = 0.0005,
        };
        var compared = Compare(IndexDefinition.Dxy);
        Assert.True(compared.Figures!.Count > 1500, $"{compared.Figures.Count}");
        Assert.Empty(bounds.Broken(compared.Figures));
        Assert.Equal(TimeSpan.Zero, compared.BetterShift);
        Assert.True(compared.StepCorrelation > 0.99, $"{compared.StepCorrelation}");

        // The smallest weight, rounded to two places.
        var dxy = IndexDefinition.Dxy;
        var rounded = new IndexDefinition(
            dxy.Symbol,
            dxy.Factor,
            [.. dxy.Components.Select(one => one with { Exponent = Math.Round(one.Exponent, 2) })],
            dxy.Since
        );
        Assert.NotEmpty(bounds.Broken(Compare(rounded).Figures!));
    }

    static SeriesComparison Compare(IndexDefinition index)
    {
        var independent = SharedData.Closes("fx-m15-2023/DXY-independent-m30.csv.gz").ToDictionary(row => row.Time, row => row.Close);
        var closes = index
            .Components.Select(component =>
            {
                var column = new ComponentCloses(component.Symbol);
                foreach (var (time, close) in SharedData.Closes($"fx-m15-2023/{component.Symbol}.csv.gz"))
                {
                    column.Add(time.Minute, (double)close);
                }

                return column;
            })
            .ToList();

        var derived = IndexRule.Derive(index, closes, new TimeRange(UtcTime.At(2023, 9, 1), UtcTime.At(2023, 12, 1)), DerivingRules.Strict);

        // A half hour closes with its second quarter, which opens fifteen minutes into it.
        var own = derived
            .Minutes.Where(minute => minute.Time.Minute % 30 == 15)
            .ToDictionary(minute => minute.Time - TimeSpan.FromMinutes(15), minute => minute.Level);
        return SeriesComparison.Of(own, independent, TimeSpan.FromMinutes(30));
    }
}
