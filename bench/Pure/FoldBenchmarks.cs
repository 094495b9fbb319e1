using BenchmarkDotNet.Attributes;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Rollups;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bench.Pure;

/// <summary>Folding 1m bars to larger ones, a bar that goes in.</summary>
public class FoldBenchmarks
{
    const int Minutes = 1440;

    readonly Bar[] _bars =
    [
        .. Enumerable
            .Range(0, Minutes)
            .Select(n =>
                Bar.Create(
                    Series.Parse("EURUSD/1m"),
                    UtcTime.At(2024, 3, 5) + TimeSpan.FromMinutes(n),
                    1.1m,
                    1.1m + (n * 0.00001m),
                    1.09m,
                    1.1m,
                    10,
                    1.1m,
                    3
                )
            ),
    ];

    [Benchmark(Description = "one 1m bar folded to 5m", OperationsPerInvoke = Minutes)]
    public IReadOnlyList<RolledBar> ToFiveMinutes() => RollupRule.Fold(_bars, Timeframe.FiveMinutes);

    [Benchmark(Description = "one 1m bar folded to 1h", OperationsPerInvoke = Minutes)]
    public IReadOnlyList<RolledBar> ToOneHour() => RollupRule.Fold(_bars, Timeframe.OneHour);
}
