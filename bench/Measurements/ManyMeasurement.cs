using System.Diagnostics;
using DxyOrleans.Abstractions;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bench.Measurements;

/// <summary>
/// Two hours of 500 symbols' minutes, each minute's bars arriving at once, in one call or in one a symbol in turn, answered after their
/// commit, with 50 indexes derived; beside the same rows bare.
/// </summary>
internal sealed class ManyMeasurement : IMeasurement
{
    const int WarmUp = 10;
    const int Minutes = 120;
    const double MaxMegabytes = 250;

    // As in life, minutes don't follow each other at once.
    static readonly TimeSpan Later = TimeSpan.FromSeconds(1);

    public string Name => "many";

    public string What =>
        "500 symbols' 1m bars arriving at once beside a bare batched upsert, 50 indexes derived, and the silo's memory over two hours "
        + "of them";

    public int Rounds => 1;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await server.EmptyAsync(cancellation);
        await ManySymbols.AddAsync(server, cancellation);
        await server.SettleAsync(cancellation);
        var (due, memory) = (new List<double>(), new List<double>());
        Way[] ways =
        [
            new("in one call", PublishAllAsync),
            new("in 500 calls at once", (grains, bars) => Task.WhenAll(bars.Select(bar => PublishAsync(grains, bar)))),
        ];
        await using (var silo = SiloProcess.Start(server, "--Feed", "none"))
        await using (var floor = new BareUpsert(await server.Data.OpenConnectionAsync(cancellation)))
        {
            await silo.ReadyAsync(cancellation);
            await using var client = await SiloClient.ConnectAsync(silo, cancellation);
            var count = WarmUp + (Minutes * rounds);
            var first = UtcTime.From(TimeProvider.System.GetUtcNow()).Minute - count - 10;
            for (var minute = 0; minute < count; minute++)
            {
                var bars = ManySymbols.Minute(UtcTime.FromMinute(first + minute));
                var start = Stopwatch.GetTimestamp();
                await floor.RunAsync(bars, cancellation);
                var bareTook = Stopwatch.GetElapsedTime(start);
                var way = ways[minute % ways.Length];
                start = Stopwatch.GetTimestamp();
                await way.PublishAsync(client.Grains, bars);
                var took = Stopwatch.GetElapsedTime(start);
                await Task.Delay(Later, TimeProvider.System, cancellation);
                if (minute >= WarmUp)
                {
                    way.Bare.Add(bars.Length / bareTook.TotalSeconds);
                    way.Ours.Add(bars.Length / took.TotalSeconds);
                    due.Add(await DueAsync(server, cancellation));
                    memory.Add(silo.ResidentMegabytes);
                }
            }

            await CheckAsync(server, count, cancellation);
        }

        await ManySymbols.RemoveAsync(server, cancellation);
        return Tell(ways, due, memory);
    }

    Result Tell(Way[] ways, List<double> due, List<double> memory)
    {
        var (late, early) = (new Samples("", "", memory[^10..]).Median, new Samples("", "", memory[..10]).Median);
        return new Result(
            Name,
            [
                .. ways.Select(way =>
                    Ratio.Of(
                        $"bars {way.Name} by a bare batched upsert, rates",
                        new Samples("", "", way.Ours),
                        new Samples("", "", way.Bare),
                        Aim.OfAtLeast(0.8)
                    )
                ),
                new Ratio(new Samples("due one second after, the worst minute", "rows", [due.Max()]), Aim.OfAtMost(0)),
                new Ratio(new Samples("silo's resident memory at the end, most", "MiB", [memory.Max()]), Aim.OfAtMost(MaxMegabytes)),
                new Ratio(new Samples("memory of the last ten minutes by that of the first ten", "×", [late / early]), null),
            ],
            [
                .. ways.Select(way => new Samples($"500 bars {way.Name}, answered after their commit", "bars/s", way.Ours)),
                new Samples("the same rows by one batch of upserts", "bars/s", [.. ways.SelectMany(way => way.Bare)]),
                new Samples("silo's resident memory", "MiB", memory),
            ],
            [
                $"{ManySymbols.Symbols} symbols and {ManySymbols.Indexes} indexes of six each, {due.Count} minutes after {WarmUp} "
                    + $"thrown away, each way of sending in turn; one silo as a process of its own, called by an Orleans client.",
                "Every index minute was counted at the end. The symbols have no rollups: these minutes lie in the past, where each "
                    + "would change a bucket that is over.",
            ]
        );
    }

    static async Task PublishAllAsync(IGrainFactory grains, Bar[] bars)
    {
        var result = await grains.GetGrain<IIngestGrain>(0).PublishAsync(new PublishBars([.. bars], BarSource.Ingest));
        if (result.New != bars.Length)
        {
            throw new InvalidOperationException($"Of {bars.Length} bars {result.New} were stored as new; the measurement is void.");
        }
    }

    static async Task PublishAsync(IGrainFactory grains, Bar bar)
    {
        var result = await grains.GetGrain<IBarGrain>(bar.Series.ToString()).PublishAsync(new PublishBars([bar], BarSource.Ingest));
        if (result.New != 1)
        {
            throw new InvalidOperationException($"{bar.Series} {bar.Time} was not stored as new; the measurement is void.");
        }
    }

    static async Task<double> DueAsync(BenchServer server, CancellationToken cancellation) =>
        await server.ValueAsync<long>(
            "SELECT (SELECT count(*) FROM dxy.change) + (SELECT count(*) FROM dxy.due WHERE to_ts <= dxy.now())",
            cancellation
        );

    static async Task CheckAsync(BenchServer server, int minutes, CancellationToken cancellation)
    {
        var derived = await server.ValueAsync<long>(
            "SELECT count(*) FROM public.data_bars WHERE canonical_symbol ~ '^IX[0-9]{2}$'",
            cancellation
        );
        if (derived != minutes * ManySymbols.Indexes)
        {
            throw new InvalidOperationException(
                $"{derived} index minutes were derived of {minutes * ManySymbols.Indexes}; the measurement is void."
            );
        }
    }

    // How the bars of a minute are sent, and what that came to beside the bare upserts of the same minutes.
    sealed record Way(string Name, Func<IGrainFactory, Bar[], Task> PublishAsync)
    {
        public List<double> Ours { get; } = [];

        public List<double> Bare { get; } = [];
    }
}
