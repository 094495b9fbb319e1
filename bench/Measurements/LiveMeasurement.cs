using DxyOrleans.Bars;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Bench.Measurements;

/// <summary>
/// From the call that publishes the sixth bar of a minute to the commit of the DXY row, beside a bare commit of one row.
/// See <see cref="LiveLoop"/>.
/// </summary>
internal sealed class LiveMeasurement : IMeasurement
{
    const int WarmUp = 60;
    const int Minutes = 200;

    public string Name => "live";

    public string What => "the sixth bar's publishing to the DXY row's commit, p50 and p99, beside a bare commit of one row";

    public int Rounds => 1;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await server.HoldDerivedAsync(cancellation);
        await BareCopy.RunAsync(
            server.Data,
            "bench.data_bars",
            [.. server.Input.Bars.Select(bar => new BarRow(bar))],
            BarSource.Ingest,
            cancellation
        );
        await server.SettleAsync(cancellation);

        LiveTimes times;
        await using (var loop = await LiveLoop.StartAsync(server, WarmUp + (Minutes * rounds), cancellation))
        {
            await loop.RunAsync(WarmUp, true, null, cancellation);
            times = await loop.RunAsync(Minutes * rounds, true, null, cancellation);
        }

        // Another measurement's live minutes may be the same.
        await server.EmptyAsync(cancellation);
        return Tell(times);
    }

    Result Tell(LiveTimes times) =>
        new(
            Name,
            [
                new Ratio(
                    new Samples("sixth bar to DXY row, p50 by a bare commit's p50", "×", [times.Derived.Median / times.Commits.Median]),
                    Aim.OfAtMost(2.5)
                ),
                new Ratio(
                    new Samples(
                        "sixth bar to DXY row, p99 by a bare commit's p50",
                        "×",
                        [times.Derived.Percentile(0.99) / times.Commits.Median]
                    ),
                    Aim.OfAtMost(40)
                ),
            ],
            [
                times.Commits.At("bare commit of one row, p50", 0.5),
                times.Commits.At("bare commit of one row, p99", 0.99),
                times.Calls.At("a call to the same grain that does nothing, p50", 0.5),
                times.Published.At("sixth bar published: call to answer, after its commit, p50", 0.5),
                times.Derived.At("sixth bar published to DXY row committed, p50", 0.5),
                times.Derived.At("sixth bar published to DXY row committed, p90", 0.9),
                times.Derived.At("sixth bar published to DXY row committed, p99", 0.99),
                times.Looks.At("one look of the loop that watches for the row, p50 (the resolution)", 0.5),
            ],
            [
                $"{times.Derived.Values.Count} minutes after {WarmUp} thrown away, in a table that holds the files' rows; a silo as a "
                    + $"process of its own, called by an Orleans client.",
                "The watching loop begins when the sixth call is answered and takes a share of one core; nothing is subtracted for it.",
                "The bare commit, the call and the sixth bar each come after a random wait of up to 250 ms.",
                "Before each minute all due work is done, so that minutes don't stand in each other's way.",
            ]
        );
}
