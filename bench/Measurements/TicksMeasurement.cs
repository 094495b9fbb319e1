using System.Collections.Immutable;
using System.Diagnostics;
using DxyOrleans.Abstractions;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bench.Measurements;

/// <summary>Quotes from this process into the forming bars of the six pairs on one silo, which saves them each second as ever.</summary>
internal sealed class TicksMeasurement : IMeasurement
{
    const int Quotes = 2000;
    const int InFlight = 3;
    static readonly TimeSpan Round = TimeSpan.FromSeconds(5);
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    public string Name => "ticks";

    public string What => "quotes a second from another process into the forming bars of six symbols";

    public int Rounds => 5;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await server.EmptyAsync(cancellation);
        await server.RunAsync("TRUNCATE dxy.forming_bar", cancellation);
        var rates = new List<double>();
        var all = 0L;
        await using (var silo = SiloProcess.Start(server, "--Feed", "none"))
        {
            await silo.ReadyAsync(cancellation);
            await using var client = await SiloClient.ConnectAsync(silo, cancellation);
            for (var round = -1; round < rounds; round++)
            {
                var start = Stopwatch.GetTimestamp();
                var taken = await Task.WhenAll(
                    IndexDefinition.Dxy.Components.SelectMany(component =>
                        Enumerable
                            .Range(0, InFlight)
                            .Select(_ => Task.Run(() => SendAsync(client.Grains, component.Symbol, start), cancellation))
                    )
                );
                all += taken.Sum();
                if (round >= 0)
                {
                    rates.Add(taken.Sum() / Stopwatch.GetElapsedTime(start).TotalSeconds);
                }
            }

            await SavedAsync(server, all, cancellation);
        }

        await server.RunAsync("TRUNCATE dxy.forming_bar", cancellation);
        return new Result(
            Name,
            [new Ratio(new Samples("quotes folded into forming bars", "/s", rates), Aim.OfAtLeast(1_000_000))],
            [],
            [
                $"Six symbols, {InFlight} calls of {Quotes} quotes each in flight; the sender shares the machine. The saved bars were "
                    + $"found to count every quote that was answered as taken.",
            ]
        );
    }

    static async Task<long> SendAsync(IGrainFactory grains, Symbol symbol, long start)
    {
        var grain = grains.GetGrain<IBarGrain>(new Series(symbol, Timeframe.OneMinute).ToString());
        var taken = 0L;
        while (Stopwatch.GetElapsedTime(start) < Round)
        {
            var now = UtcTime.From(TimeProvider.System.GetUtcNow());
            var quotes = ImmutableArray.CreateBuilder<Quote>(Quotes);
            for (var i = 0; i < Quotes; i++)
            {
                quotes.Add(new Quote(UtcTime.FromTicks(now.Ticks + (i * TimeSpan.TicksPerMicrosecond)), 1.1m + (i % 100 * 0.00001m)));
            }

            var answer = await grain.TickAsync(new PublishTicks(quotes.MoveToImmutable(), BarSource.Vendor));
            taken +=
                answer.Taken + answer.Late == Quotes
                    ? answer.Taken
                    : throw new InvalidOperationException($"A quote of {symbol} was refused; the measurement is void.");
        }

        return taken;
    }

    // What was taken stands in the forming bars, or in the finals of minutes that ended meanwhile, once the last save has been made.
    static async Task SavedAsync(BenchServer server, long taken, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        var saved = -1L;
        while (saved != taken)
        {
            if (Stopwatch.GetElapsedTime(start) > Longest)
            {
                throw new InvalidOperationException($"Of {taken} quotes {saved} are in the saved bars; the measurement is void.");
            }

            await Task.Delay(Poll, TimeProvider.System, cancellation);
            saved = await server.ValueAsync<long>(
                """
                SELECT ((SELECT coalesce(sum(f.ticks), 0) FROM dxy.forming_bar AS f
                         WHERE NOT EXISTS (SELECT FROM public.data_bars AS b WHERE b.canonical_symbol = f.symbol
                           AND b.timeframe = f.timeframe AND b.ts_utc = f.ts_utc))
                      + (SELECT coalesce(sum(trade_count), 0) FROM public.data_bars WHERE canonical_symbol <> 'DXY'))::bigint
                """,
                cancellation
            );
        }
    }
}
