using DxyOrleans.Abstractions;
using Orleans.Concurrency;

namespace DxyOrleans.Grains.Ingest;

/// <summary>
/// Bars of many series in one call; see <see cref="IIngestGrain"/>. Their grains' writes share commits, and calls don't wait for each other here. There is one on a silo, so that
/// calls are passed on in the order in which they came.
/// </summary>
[GrainType("ingest")]
[StatelessWorker(1)]
[Reentrant]
public sealed class IngestGrain : Grain, IIngestGrain
{
    public async Task<IngestResult> PublishAsync(PublishBars message, CancellationToken cancellation)
    {
        var all = message.Bars.GroupBy(bar => bar.Series).ToList();
        var results = await Task.WhenAll(all.Select(own =>
            GrainFactory.GetGrain<IBarGrain>(own.Key.ToString()).PublishAsync(new PublishBars([.. own], message.Source), cancellation)));
        return new IngestResult(
            results.Sum(result => result.New), results.Sum(result => result.Changed), results.Sum(result => result.Equal), results.Sum(result => result.OtherSource),
            [.. all.Zip(results, (own, result) => result.Refused.Select(refused => new RefusedSeriesBar(own.Key, refused))).SelectMany(refused => refused)]);
    }
}
