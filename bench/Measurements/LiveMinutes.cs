using System.Diagnostics;
using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bench.Measurements;

/// <summary>Publishes minutes of six bars; each pair is in turn the last to come.</summary>
internal sealed class LiveMinutes(IGrainFactory grains)
{
    static readonly decimal[] Prices = [1.10m, 150m, 1.27m, 1.36m, 10.5m, 0.88m];

    /// <summary>Five of the six, at once.</summary>
    public Task PublishFiveAsync(UtcTime time, int round) =>
        Task.WhenAll(
            Enumerable.Range(0, Prices.Length).Where(pair => pair != round % Prices.Length).Select(pair => PublishAsync(pair, time, round))
        );

    /// <summary>The sixth; returns when it is answered.</summary>
    public Task PublishSixthAsync(UtcTime time, int round) => PublishAsync(round % Prices.Length, time, round);

    /// <summary>A call to the sixth bar's grain that does nothing; returns what it took.</summary>
    public async Task<TimeSpan> CallAsync(int round)
    {
        var start = Stopwatch.GetTimestamp();
        await Grain(round % Prices.Length).StateAsync();
        return Stopwatch.GetElapsedTime(start);
    }

    IBarGrain Grain(int pair) => grains.GetGrain<IBarGrain>(SeriesOf(pair).ToString());

    static Series SeriesOf(int pair) => new(IndexDefinition.Dxy.Components[pair].Symbol, Timeframe.OneMinute);

    async Task PublishAsync(int pair, UtcTime time, int round)
    {
        var series = SeriesOf(pair);
        var close = Price.Round(Prices[pair] * (1 + (round % 50 * 0.00001m)));
        var result = await Grain(pair).PublishAsync(new PublishBars([Bar.Flat(series, time, close)], BarSource.Ingest));
        if (result.New != 1)
        {
            throw new InvalidOperationException(
                $"{series} {time} was not stored as new ({string.Join("; ", result.Refused.Select(refused => refused.Reason))}); the "
                    + $"measurement is void."
            );
        }
    }
}
