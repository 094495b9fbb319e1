using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Tests.RealData;

/// <summary>The derived index against one that a broker publishes.</summary>
public sealed class IndependentIndexTests
{
    [Fact]
    public void Derived_levels_agree_with_an_independent_index_to_a_hundredth_of_a_point()
    {
        var independent = SharedData.Closes("fx-m15-2023/DXY-independent-m30.csv.gz").ToDictionary(row => row.Time, row => row.Close);
        var closes = IndexDefinition
            .Dxy.Components.Select(component =>
            {
                var column = new ComponentCloses(component.Symbol);
                foreach (var (time, close) in SharedData.Closes($"fx-m15-2023/{component.Symbol}.csv.gz"))
                {
                    column.Add(time.Minute, (double)close);
                }

                return column;
            })
            .ToList();

        var derived = IndexRule.Derive(
            IndexDefinition.Dxy,
            closes,
            new TimeRange(UtcTime.At(2023, 9, 1), UtcTime.At(2023, 12, 1)),
            DerivingRules.Strict
        );

        // A half hour closes with its second quarter, which opens fifteen minutes into it.
        var errors = derived
            .Minutes.Where(minute => independent.ContainsKey(minute.Time - TimeSpan.FromMinutes(15)))
            .Select(minute => Math.Abs(minute.Level - independent[minute.Time - TimeSpan.FromMinutes(15)]))
            .ToList();
        Assert.True(errors.Count > 1500, $"{errors.Count}");
        Assert.True(errors.Average() < 0.01m, $"{errors.Average()} over {errors.Count}");
    }
}
