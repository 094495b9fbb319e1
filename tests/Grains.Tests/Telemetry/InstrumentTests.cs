using System.Diagnostics;
using DxyOrleans.Abstractions;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Telemetry;
using DxyOrleans.Testing;

namespace DxyOrleans.Grains.Tests.Telemetry;

public sealed class InstrumentTests(TestServer server)
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_live_minute_is_measured_from_its_end_to_its_commit_by_kind()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Poller.PollAsync(Token);
        using var measures = new Measures(cluster);
        await cluster.AdvanceAsync(TimeSpan.FromSeconds(62.5));
        await cluster.PublishAllAsync(GrainCluster.Start);

        Assert.Equal(Enumerable.Repeat(2.5, 6), measures.Of(TelemetryNames.BarCommitLatency, "kind=pair"));
        Assert.Equal([2.5], measures.Of(TelemetryNames.BarCommitLatency, "kind=index"));
        Assert.Equal(6, measures.Of(TelemetryNames.Bars, "kind=pair outcome=new").Sum());
        Assert.Equal(1, measures.Of(TelemetryNames.Bars, "kind=index outcome=new").Sum());
        Assert.Equal(6, measures.Of(TelemetryNames.CommitGroupSize).Sum());
        Assert.Equal(measures.Of(TelemetryNames.CommitGroupSize).Length, measures.Of(TelemetryNames.CommitDuration).Length);

        await cluster.PublishAllAsync(GrainCluster.Start);
        Assert.Equal(6, measures.Of(TelemetryNames.Bars, "kind=pair outcome=equal").Sum());
        measures.Collect();
        Assert.Equal([0], measures.Of(TelemetryNames.CommitWaiting));
        Assert.Empty(measures.Of(TelemetryNames.FeedConnected));
    }

    [Fact]
    public async Task History_has_no_latency_and_is_counted_all_the_same()
    {
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Poller.PollAsync(Token);
        using var measures = new Measures(cluster);
        await cluster.PublishAllAsync(GrainCluster.Start - TimeSpan.FromDays(1));

        Assert.Empty(measures.Of(TelemetryNames.BarCommitLatency, "kind=pair"));
        Assert.Equal(6, measures.Of(TelemetryNames.Bars, "kind=pair outcome=new").Sum());
    }

    [Fact]
    public async Task A_bar_is_followed_from_who_published_it_to_the_rollup_that_is_made_of_it()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source =>
                source.Name == TelemetryNames.Source || source.Name.StartsWith("Microsoft.Orleans", StringComparison.Ordinal),
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                lock (spans)
                {
                    spans.Add(span);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var cluster = await GrainCluster.StartAsync(server);
        await cluster.Poller.PollAsync(Token);
        await cluster.AdvanceAsync(TimeSpan.FromMinutes(1));
        using var feed = new ActivitySource("DxyOrleans");
        ActivityTraceId trace;
        using (var root = feed.StartActivity("a feed's minute")!)
        {
            trace = root.TraceId;
            await cluster.PublishAllAsync(GrainCluster.Start);
        }

        await cluster.AdvanceAsync(TimeSpan.FromMinutes(5));
        await cluster.Poller.PollAsync(Token);
        await cluster.Rollup("DXY/5m").ProcessAsync();
        await cluster.UntilAsync(
            "the bucket",
            "SELECT count(*) = 1 FROM derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '5m'"
        );

        lock (spans)
        {
            Assert.Equal(6, spans.Count(span => span.OperationName == "bars store" && span.TraceId == trace));
            var rollup = Assert.Single(spans, span =>
                span.OperationName == "bars derive" && span.GetTagItem("dxy.series") is "DXY/5m" && span.GetTagItem("dxy.bars") is 1
            );
            Assert.Equal(trace, Assert.Single(rollup.Links).Context.TraceId);
        }
    }
}
