using System.Diagnostics;
using DxyOrleans.Bench.Measurements;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bench.Rivals;

/// <summary>
/// One corrected minute of one pair, until DXY 1m, 5m and 1h and the pair's own rollups say so; beside materialized views of DXY 5m and 1h
/// refreshed, as a scheduler in the database would do it after each minute.
/// </summary>
internal sealed class ViewRivalMeasurement : IMeasurement
{
    static readonly Timeframe[] Timeframes = [Timeframe.FiveMinutes, Timeframe.OneHour];

    public string Name => "view-rival";

    public string What => "one corrected minute until index and rollups say so, beside materialized views refreshed";

    public int Rounds => 7;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await server.HoldDerivedAsync(cancellation);
        foreach (var timeframe in Timeframes)
        {
            await server.RunAsync(View(timeframe), cancellation);
        }

        var (ours, whole, concurrent) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            await server.SettleAsync(cancellation);
            var start = Stopwatch.GetTimestamp();
            await server.RunAsync(Correction(round), cancellation);
            await server.DrainAsync(cancellation);
            var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            var (refreshed, beside) = (0.0, 0.0);
            foreach (var timeframe in Timeframes)
            {
                beside += 1000 * await server.TimeAsync($"REFRESH MATERIALIZED VIEW CONCURRENTLY bench.view_{timeframe}", cancellation);
                refreshed += 1000 * await server.TimeAsync($"REFRESH MATERIALIZED VIEW bench.view_{timeframe}", cancellation);
                await CompareAsync(server, timeframe, cancellation);
            }

            if (round >= 0)
            {
                (ours, whole, concurrent) = ([.. ours, took], [.. whole, refreshed], [.. concurrent, beside]);
            }
        }

        foreach (var timeframe in Timeframes)
        {
            await server.RunAsync($"DROP MATERIALIZED VIEW bench.view_{timeframe}", cancellation);
        }

        await server.EmptyAsync(cancellation);
        return Tell(ours, whole, concurrent);
    }

    Result Tell(List<double> ours, List<double> whole, List<double> concurrent)
    {
        var corrected = new Samples("a corrected minute: index, its rollups and the pair's", "ms", ours);
        var (locking, beside) = (
            new Samples("both views refreshed, readers wait", "ms", whole),
            new Samples("both views refreshed concurrently", "ms", concurrent)
        );
        return new Result(
            Name,
            [
                Ratio.Of("a corrected minute by views refreshed concurrently", corrected, beside),
                Ratio.Of("a corrected minute by views refreshed while readers wait", corrected, locking),
            ],
            [corrected, locking, beside],
            [
                "A refresh reads all of the series each time, so its cost grows with the years that are held; ours is that of one minute. "
                    + "The views don't derive the index, and hold nothing of how a bucket was made.",
                "Ours is the console's derive in this process, registry and backlog read anew each time. The buckets of both were equal "
                    + "after each round.",
            ]
        );
    }

    static string View(Timeframe timeframe) =>
        $"""
            CREATE MATERIALIZED VIEW bench.view_{timeframe} AS
            SELECT date_bin(interval '{timeframe.Minutes} minutes', b.ts_utc, timestamptz '2000-01-01 00:00:00+00') AS ts_utc,
                   (array_agg(b.open ORDER BY b.ts_utc))[1] AS open, max(b.high) AS high, min(b.low) AS low,
                   (array_agg(b.close ORDER BY b.ts_utc DESC))[1] AS close
            FROM public.data_bars AS b
            WHERE b.canonical_symbol = 'DXY' AND b.timeframe = '1m' AND NOT b.is_partial
            GROUP BY 1;
            CREATE UNIQUE INDEX ON bench.view_{timeframe} (ts_utc)
            """;

    // A minute in the middle of the pair's history, another value each round.
    static string Correction(int round) =>
        $"""
            UPDATE public.data_bars AS d SET close = d.low + (d.high - d.low) * {round + 2} / 100, updated_at = now()
            FROM (SELECT ts_utc FROM public.data_bars WHERE canonical_symbol = 'EURUSD' AND timeframe = '1m' AND high > low
                  ORDER BY ts_utc OFFSET (SELECT count(*) / 2 FROM public.data_bars WHERE canonical_symbol = 'EURUSD' AND timeframe = '1m')
                  LIMIT 1) AS m
            WHERE d.canonical_symbol = 'EURUSD' AND d.timeframe = '1m' AND d.ts_utc = m.ts_utc
            """;

    static async Task CompareAsync(BenchServer server, Timeframe timeframe, CancellationToken cancellation)
    {
        var different = await server.ValueAsync<long>(
            $"""
            SELECT count(*)
            FROM (SELECT * FROM public.derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '{timeframe}') AS ours
            FULL JOIN bench.view_{timeframe} AS view USING (ts_utc)
            WHERE (ours.open, ours.high, ours.low, ours.close) IS DISTINCT FROM (view.open, view.high, view.low, view.close)
            """,
            cancellation
        );
        if (different > 0)
        {
            throw new InvalidOperationException($"{different} buckets of {timeframe} differ from the view's; the measurement is void.");
        }
    }
}
