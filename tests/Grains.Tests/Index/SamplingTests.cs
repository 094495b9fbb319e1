using System.Collections.Immutable;
using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Testing;

namespace DxyOrleans.Grains.Tests.Index;

/// <summary>An index that is sampled from its components' quotes.</summary>
public sealed class SamplingTests(TestServer server)
{
    static readonly UtcTime Minute = GrainCluster.Start;

    static async Task<GrainCluster> StartAsync(TestServer server)
    {
        var cluster = await GrainCluster.StartAsync(server);
        await cluster.Database.RunAsync(
            "UPDATE core_asset_registry_all SET metadata = metadata || '{\"deriving_version\": 3}' WHERE canonical_symbol = 'DXY'"
        );
        await cluster.Poller.PollAsync(CancellationToken.None);
        return cluster;
    }

    // Each component's price, and EURUSD's by itself.
    static async Task QuoteAllAsync(GrainCluster cluster, double second)
    {
        foreach (var (pair, price) in GrainCluster.Prices)
        {
            await QuoteAsync(cluster, pair, second, price);
        }
    }

    static Task QuoteAsync(GrainCluster cluster, string pair, double second, decimal price) =>
        cluster.BarsOf(pair).TickAsync(new PublishTicks([new Quote(Minute + TimeSpan.FromSeconds(second), price)], BarSource.Ingest));

    static decimal Level(decimal euro) =>
        IndexFormula.Level(
            IndexDefinition.Dxy,
            [.. GrainCluster.Prices.Select(price => (double)(price.Pair == "EURUSD" ? euro : price.Price))]
        );

    static Task SavedAsync(GrainCluster cluster, string what, string condition) =>
        cluster.UntilAsync(
            what,
            $"SELECT count(*) = 1 FROM dxy.sampled_minute WHERE symbol = 'DXY' AND ts_utc = '{Minute}' AND {condition}",
            () => cluster.AdvanceAsync(TimeSpan.FromMilliseconds(1))
        );

    static Task DerivedAsync(GrainCluster cluster, string condition) =>
        cluster.UntilAsync(
            "the derived minute",
            $"SELECT count(*) = 1 FROM data_bars WHERE canonical_symbol = 'DXY' AND ts_utc = '{Minute}' AND {condition}",
            async () =>
            {
                await cluster.AdvanceAsync(TimeSpan.FromMilliseconds(10));
                await cluster.Poller.PollAsync(CancellationToken.None);
            }
        );

    [Fact]
    public async Task Quotes_make_a_sampled_minute_that_is_saved_ended_by_time_and_derived()
    {
        await using var cluster = await StartAsync(server);
        await QuoteAllAsync(cluster, 0.1);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(20));
        await SavedAsync(cluster, "the first save", "samples = 20 AND expected = 20 AND high = low AND NOT is_ended");
        await QuoteAsync(cluster, "EURUSD", 20.5, 1.05m);
        await QuoteAsync(cluster, "EURUSD", 25.5, 1.15m);
        await QuoteAsync(cluster, "EURUSD", 30.5, 1.11m);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(40));
        await SavedAsync(cluster, "the end", "is_ended AND samples = 60 AND expected = 60");
        await DerivedAsync(
            cluster,
            $"""
            raw->'version' = '3' AND raw->'samples'->'count' = '60' AND raw->'amended' IS NULL
            AND (open, high, low, close) = ({Level(1.10m)}, {Level(1.05m)}, {Level(1.15m)}, {Level(1.11m)})
            """
        );

        // The components' closes come one by one, and each has it derived again; those to which they may be carried are still to come.
        await DerivedAsync(
            cluster,
            "raw->'samples'->'count' = '60' AND NOT EXISTS (SELECT FROM dxy.due AS u WHERE u.symbol = 'DXY' AND u.timeframe = '1m' "
                + "AND u.from_ts <= ts_utc)"
        );
    }

    [Fact]
    public async Task What_was_saved_of_a_minute_goes_on_after_a_crash_and_the_hole_is_told()
    {
        await using var cluster = await StartAsync(server);
        await QuoteAllAsync(cluster, 0.1);
        await QuoteAsync(cluster, "EURUSD", 3.5, 1.05m);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(10));
        await SavedAsync(cluster, "the first save", "samples = 10");
        await cluster.UntilAsync("the pairs' own saves, where it will find their prices", "SELECT count(*) = 6 FROM dxy.forming_bar", () =>
            cluster.AdvanceAsync(TimeSpan.FromMilliseconds(1))
        );
        await cluster.Cluster.DeactivateAsync(cluster.Index());
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(20));
        await QuoteAsync(cluster, "EURUSD", 30.5, 1.11m);
        await SavedAsync(cluster, "what goes on", "samples = 10 AND expected = 30");
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(30));
        await SavedAsync(cluster, "the end", "is_ended AND expected = 60 AND samples BETWEEN 39 AND 40");
        await DerivedAsync(
            cluster,
            $"high = {Level(1.05m)} AND close = {Level(1.11m)} AND (raw->'samples'->>'count')::integer < 60 AND raw->'version' = '3'"
        );
    }

    [Fact]
    public async Task A_minute_left_by_a_dead_silo_is_ended_when_the_index_comes_to_life()
    {
        await using var cluster = await StartAsync(server);
        await QuoteAllAsync(cluster, 0.1);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(10));
        await SavedAsync(cluster, "the first save", "samples = 10");
        await cluster.Cluster.DeactivateAsync(cluster.Index());
        await cluster.AdvanceAsync(TimeSpan.FromMinutes(2));
        await cluster.Index().StateAsync();
        await SavedAsync(cluster, "the end", "is_ended AND samples = 10 AND expected = 60");
    }

    [Fact]
    public async Task Quotes_beside_final_bars_are_sampled_and_build_no_bar()
    {
        await using var cluster = await StartAsync(server);
        foreach (var (pair, price) in GrainCluster.Prices)
        {
            await cluster
                .BarsOf(pair)
                .SampleAsync(new PublishTicks([new Quote(Minute + TimeSpan.FromSeconds(1), price)], BarSource.Ingest));
        }

        await cluster.AdvanceAsync(TimeSpan.FromSeconds(10));
        await SavedAsync(cluster, "the save", "samples = 9 AND expected = 10");
        Assert.Equal(0L, await cluster.Database.ValueAsync<long>("SELECT count(*) FROM dxy.forming_bar"));
    }

    [Fact]
    public async Task An_observer_is_told_of_each_sample_until_it_stops()
    {
        await using var cluster = await StartAsync(server);
        var observer = new Observer();
        var reference = cluster.Cluster.Client.CreateObjectReference<IIndexObserver>(observer);
        await cluster.Index().ObserveAsync(reference);
        await QuoteAllAsync(cluster, 0.1);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(5));
        await SavedAsync(cluster, "the save", "samples = 5");
        var sample = await observer.First.Task.WaitAsync(TimeSpan.FromSeconds(20), TimeProvider.System);
        Assert.Equal(
            (Level(1.10m), Minute, 5, GrainCluster.Prices.Select(price => price.Price)),
            (sample.Level, sample.Minute, sample.Samples, sample.Components.Select(component => component.Quote.Price)),
            (one, other) =>
                one.Item1 == other.Item1 && one.Item2 == other.Item2 && one.Item3 == other.Item3 && one.Item4.SequenceEqual(other.Item4)
        );
        await cluster.Index().StopObservingAsync(reference);
    }

    [Fact]
    public async Task An_index_of_another_version_is_not_sampled()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Poller.PollAsync(CancellationToken.None);
        await QuoteAllAsync(cluster, 0.1);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(10));
        await cluster.UntilAsync("the pairs' saves", "SELECT count(*) = 6 FROM dxy.forming_bar");
        Assert.Equal(0L, await cluster.Database.ValueAsync<long>("SELECT count(*) FROM dxy.sampled_minute"));
    }

    sealed class Observer : IIndexObserver
    {
        public TaskCompletionSource<IndexSample> First { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task SampledAsync(IndexSample sample)
        {
            First.TrySetResult(sample);
            return Task.CompletedTask;
        }
    }
}
