using BenchmarkDotNet.Attributes;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bench.Pure;

/// <summary>The FX week.</summary>
public class CalendarBenchmarks
{
    const int Minutes = 10_080;

    static readonly UtcTime Start = UtcTime.At(2024, 3, 10);

    [Benchmark(Description = "whether the market is open in a minute", OperationsPerInvoke = Minutes)]
    public int IsOpen()
    {
        var open = 0;
        for (var n = 0; n < Minutes; n++)
        {
            open += FxWeek.IsOpen(UtcTime.FromMinute(Start.Minute + n)) ? 1 : 0;
        }

        return open;
    }

    [Benchmark(Description = "the open minutes of a week")]
    public int OpenMinutes() => FxWeek.OpenMinutes(new TimeRange(Start, Start + TimeSpan.FromDays(7)));
}
