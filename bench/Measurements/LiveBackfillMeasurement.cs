using System.Diagnostics;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Due;

namespace DxyOrleans.Bench.Measurements;

/// <summary>
/// The live path while the same silo derives history month after month, beside the live path with nothing else to do, in turn. The months
/// are derived from nothing the first time, then by the other version each time, so that every bar is written every time.
/// </summary>
internal sealed class LiveBackfillMeasurement : IMeasurement
{
    // All of a round's minutes lie within the two hours that go before history.
    const int WarmUp = 10;
    const int Block = 24;
    const int Blocks = 2;
    const int Published = WarmUp + (2 * Block * Blocks);

    // Two at least are always due.
    const int Weeks = 2;

    static readonly UtcTime[] Months =
    [
        UtcTime.At(2019, 4, 6),
        UtcTime.At(2019, 5, 11),
        UtcTime.At(2019, 6, 15),
        UtcTime.At(2019, 7, 20),
        UtcTime.At(2019, 8, 24),
    ];
    static readonly TimeRange All = new(Months[0], Months[^1]);

    const string Live = "ts_utc >= '2021-01-01Z'";

    static readonly string Derived = $"canonical_symbol = 'DXY' AND timeframe = '1m' AND ts_utc >= '{All.From}' AND ts_utc < '{All.To}'";

    static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    int _asked;

    public string Name => "live-backfill";

    public string What => "the live path's p50 and p99 while the silo derives months of history, beside the same with nothing else to do";

    public int Rounds => 3;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await server.HoldDerivedAsync(cancellation);
        await SimulatedBars.FillAsync(server, All, weekends: false, cancellation);
        await server.TidyAsync(cancellation);
        _asked = 0;
        var (idle, busy) = (new List<LiveTimes>(), new List<LiveTimes>());
        var seconds = 0.0;
        for (var round = 0; round < rounds; round++)
        {
            await using (var loop = await LiveLoop.StartAsync(server, Published, cancellation))
            {
                await loop.RunAsync(WarmUp, false, null, cancellation);
                for (var block = 0; block < Blocks; block++)
                {
                    idle.Add(await loop.RunAsync(Block, false, null, cancellation));
                    var start = Stopwatch.GetTimestamp();
                    await SupplyAsync(server, cancellation);
                    busy.Add(await loop.RunAsync(Block, false, () => SupplyAsync(server, cancellation), cancellation));
                    await DoneAsync(server, cancellation);
                    seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
                }
            }

            await CheckAsync(server, cancellation);
            await server.UnrecordedAsync(
                $"DELETE FROM public.data_bars WHERE {Live}; DELETE FROM public.derived_data_bars WHERE {Live}",
                cancellation
            );
        }

        var minutes = await CountAsync(server, Derived, cancellation) * _asked / (Months.Length - 1);
        await server.EmptyAsync(cancellation);
        return Tell(Together(idle), Together(busy), minutes, minutes / seconds);
    }

    Result Tell(LiveTimes idle, LiveTimes busy, long derived, double rate) =>
        new(
            Name,
            [
                new Ratio(
                    new Samples("p50 during the backfill by p50 without", "×", [busy.Derived.Median / idle.Derived.Median]),
                    Aim.OfAtMost(2)
                ),
                new Ratio(
                    new Samples(
                        "p99 during the backfill by p99 without",
                        "×",
                        [busy.Derived.Percentile(0.99) / idle.Derived.Percentile(0.99)]
                    ),
                    Aim.OfAtMost(2)
                ),
            ],
            [
                idle.Published.At("sixth bar to its answer, no backfill, p50", 0.5),
                idle.Published.At("sixth bar to its answer, no backfill, p99", 0.99),
                busy.Published.At("the same during the backfill, p50", 0.5),
                busy.Published.At("the same during the backfill, p99", 0.99),
                idle.Derived.At("sixth bar to DXY row, no backfill, p50", 0.5),
                idle.Derived.At("sixth bar to DXY row, no backfill, p99", 0.99),
                busy.Derived.At("the same during the backfill, p50", 0.5),
                busy.Derived.At("the same during the backfill, p99", 0.99),
                new Samples("backfill beside the live minutes, rollups too", "bars/s", [rate]),
            ],
            [
                $"{idle.Derived.Values.Count} minutes without and {busy.Derived.Values.Count} during the backfill, in blocks of {Block} "
                    + $"in turn, after {WarmUp} of each round thrown away.",
                $"DXY of five weeks at a time, requested as the console's derive does it, {Weeks} weeks or more always due: from "
                    + $"nothing first, then by the other version; {derived} bars were written.",
                "After each round every live minute, and every minute of history by the version asked for last, was counted. Live "
                    + "minutes wait for nothing but each other's due work.",
            ]
        );

    static LiveTimes Together(List<LiveTimes> blocks)
    {
        return new LiveTimes(
            Of(block => block.Commits),
            Of(block => block.Calls),
            Of(block => block.Published),
            Of(block => block.Derived),
            Of(block => block.Looks)
        );

        Samples Of(Func<LiveTimes, Samples> one) =>
            new(one(blocks[0]).Name, one(blocks[0]).Unit, [.. blocks.SelectMany(block => one(block).Values)]);
    }

    // Always more due than is derived until it is looked at again.
    async Task<bool> SupplyAsync(BenchServer server, CancellationToken cancellation)
    {
        while (
            await server.ValueAsync<long>(
                "SELECT count(*) FROM dxy.due WHERE symbol = 'DXY' AND timeframe = '1m' AND cause = 'request'",
                cancellation
            ) < Weeks
        )
        {
            var (pass, month) = Math.DivRem(_asked++, Months.Length - 1);
            await new DueStore(server.Data).RequestAsync(
                IndexDefinition.Dxy.Series,
                new TimeRange(Months[month], Months[month + 1]),
                "request",
                pass % 2 == 0 ? DerivingRules.Strict : DerivingRules.LatestClose,
                prune: false,
                cancellation
            );
        }

        return true;
    }

    static async Task DoneAsync(BenchServer server, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        while (
            await server.ValueAsync<bool>(
                "SELECT EXISTS (SELECT FROM dxy.change) OR EXISTS (SELECT FROM dxy.due WHERE to_ts <= dxy.now())",
                cancellation
            )
        )
        {
            if (Stopwatch.GetElapsedTime(start) > Longest)
            {
                throw new InvalidOperationException("The silo did not work off the backfill; the measurement is void.");
            }

            await Task.Delay(Poll, TimeProvider.System, cancellation);
        }
    }

    static Task<long> CountAsync(BenchServer server, string condition, CancellationToken cancellation) =>
        server.ValueAsync<long>("SELECT count(*) FROM public.data_bars WHERE " + condition, cancellation);

    async Task CheckAsync(BenchServer server, CancellationToken cancellation)
    {
        var live = await CountAsync(server, $"canonical_symbol = 'DXY' AND timeframe = '1m' AND {Live}", cancellation);
        if (live != Published)
        {
            throw new InvalidOperationException($"Of {Published} live minutes {live} were derived; the measurement is void.");
        }

        for (var ask = Math.Max(0, _asked - Months.Length + 1); ask < _asked; ask++)
        {
            var (pass, month) = Math.DivRem(ask, Months.Length - 1);
            // In summer the market closes an hour before the simulated week ends: the latest closes give no bar then, and what the other
            // version left stays.
            var of =
                $"NOT (extract(isodow FROM ts_utc AT TIME ZONE 'UTC') = 5 AND extract(hour FROM ts_utc AT TIME ZONE 'UTC') = 21) AND "
                + $"timeframe = '1m' AND ts_utc >= '{Months[month]}' AND ts_utc < '{Months[month + 1]}' AND canonical_symbol = ";
            var minutes = await CountAsync(server, of + "'EURUSD'", cancellation);
            var derived = await CountAsync(server, of + $"'DXY' AND raw ->> 'version' = '{(pass % 2) + 1}'", cancellation);
            if (derived != minutes)
            {
                throw new InvalidOperationException(
                    $"Of {minutes} minutes from {Months[month]} on {derived} were derived; the measurement is void."
                );
            }
        }
    }
}
