using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Grains.Hosting;
using Orleans.Concurrency;

namespace DxyOrleans.Grains.Ingest;

/// <summary>
/// Bars of many series in one call; see <see cref="IIngestGrain"/>. Their grains' writes share commits, and calls don't wait for each other
/// here. There is one on a silo, so that calls are passed on in the order in which they came.
/// </summary>
[GrainType("ingest")]
[StatelessWorker(1)]
[Reentrant]
public sealed class IngestGrain(RegistryCache registry) : Grain, IIngestGrain
{
    public async Task<IngestResult> PublishAsync(PublishBars message, CancellationToken cancellation)
    {
        var known = await registry.GetAsync(cancellation);
        // A grain for each name that somebody makes up would fill memory for hours.
        var bySeries = message.Bars.GroupBy(bar => bar.Series).ToLookup(own => known.Find(own.Key.Symbol) is not null);
        var all = bySeries[true].ToList();
        var results = await Task.WhenAll(
            all.Select(own =>
                GrainFactory.GetGrain<IBarGrain>(own.Key.ToString()).PublishAsync(new PublishBars([.. own], message.Source), cancellation)
            )
        );
        return new IngestResult(
            results.Sum(result => result.New),
            results.Sum(result => result.Changed),
            results.Sum(result => result.Equal),
            results.Sum(result => result.OtherSource),
            [
                .. bySeries[false].SelectMany(own => own.Select(bar => new RefusedSeriesBar(own.Key, Refusal(bar)))),
                .. all.Zip(results, (own, result) => result.Refused.Select(refused => new RefusedSeriesBar(own.Key, refused)))
                    .SelectMany(refused => refused),
            ]
        );
    }

    static RefusedBar Refusal(Bar bar)
    {
        var fault = BarFault.UnknownSymbol(bar.Symbol);
        return new RefusedBar(bar.Time, fault.Code, fault.Text);
    }
}
