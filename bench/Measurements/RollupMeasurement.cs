using System.Diagnostics;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;

namespace DxyOrleans.Bench.Measurements;

/// <summary>DXY 5m and 1h from nothing, beside one SQL statement each.</summary>
internal sealed class RollupMeasurement(string name, string what, BulkInput input) : IMeasurement
{
    static readonly Timeframe[] Timeframes = [Timeframe.FiveMinutes, Timeframe.OneHour];

    public string Name => name;

    public string What => what;

    public int Rounds => 5;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await input.HoldAsync(server, cancellation);
        var rows = await server.RowsAsync(BarTable.Data, IndexDefinition.Dxy.Series, cancellation);
        using var duck = new Duck();
        duck.LoadBars(rows);
        var registry = await server.RegistryAsync(cancellation);
        var rules = Timeframes
            .Select(timeframe => TargetRules.For(registry, new Series(IndexDefinition.Dxy.Symbol, timeframe), new DerivingOptions())!)
            .ToList();
        var ours = new List<double>();
        var plain = Timeframes.Select(_ => new List<double>()).ToList();
        var column = Timeframes.Select(_ => new List<double>()).ToList();
        for (var round = -1; round < rounds; round++)
        {
            await ClearAsync(server, cancellation);
            var rolled = await RollAsync(server, rules, input.Range(server), cancellation);
            var others = new List<(double Plain, double Column)>();
            foreach (var timeframe in Timeframes)
            {
                await server.RunAsync("TRUNCATE bench.derived_data_bars", cancellation);
                await server.SettleAsync(cancellation);
                var statement = await server.TimeAsync(Plain(timeframe), cancellation);
                var buckets = await CompareAsync(server, timeframe, cancellation);
                others.Add((statement, duck.RollUp(timeframe)));
                if (duck.CountRolled() != buckets)
                {
                    throw new InvalidOperationException(
                        $"DuckDB rolled up to {duck.CountRolled()} buckets of {timeframe}, not {buckets}; the measurement is void."
                    );
                }
            }

            if (round >= 0)
            {
                ours.Add(rolled);
                for (var i = 0; i < others.Count; i++)
                {
                    plain[i].Add(others[i].Plain);
                    column[i].Add(others[i].Column);
                }
            }
        }

        var both = new Samples("rollup to 5m and 1h", "s", ours);
        return new Result(
            Name,
            [
                Ratio.Of(
                    "rollup to 5m and 1h by one SQL statement each, times",
                    both,
                    new Samples("", "s", [.. plain[0].Zip(plain[1], (five, hour) => five + hour)]),
                    Aim.OfAtMost(0.8)
                ),
            ],
            [
                both,
                .. Timeframes.Select((timeframe, i) => new Samples($"one INSERT ... SELECT to {timeframe}", "s", plain[i])),
                .. Timeframes.Select(
                    (timeframe, i) => new Samples($"DuckDB's arithmetic to {timeframe}, bars in its memory, nothing stored", "s", column[i])
                ),
            ],
            [
                input.Note,
                $"{rows.Count} bars. Ours and SQL's gave the same buckets and closes, compared after each round; DuckDB's buckets were "
                    + $"counted.",
            ]
        );
    }

    static async Task ClearAsync(BenchServer server, CancellationToken cancellation)
    {
        await server.UnrecordedAsync(
            $"DELETE FROM public.derived_data_bars WHERE canonical_symbol = '{IndexDefinition.Dxy.Symbol}'",
            cancellation
        );
        await server.RunAsync("TRUNCATE dxy.change, dxy.due, dxy.correction", cancellation);
        await server.RunAsync("VACUUM (ANALYZE) public.derived_data_bars", cancellation);
        await server.SettleAsync(cancellation);
    }

    static async Task<double> RollAsync(
        BenchServer server,
        IReadOnlyList<ITargetRule> rules,
        TimeRange range,
        CancellationToken cancellation
    )
    {
        foreach (var rule in rules)
        {
            await new DueStore(server.Data).RequestAsync(rule.Series, range, "request", null, prune: false, cancellation);
        }

        var start = Stopwatch.GetTimestamp();
        foreach (var rule in rules)
        {
            await ParallelDrain.RunAsync(server.Data, rule, null, cancellation);
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    static string Plain(Timeframe timeframe) =>
        $"""
            INSERT INTO bench.derived_data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, trade_count, source)
            SELECT b.canonical_symbol, '{timeframe}', date_bin(interval '{timeframe.Minutes} minutes', b.ts_utc,
              timestamptz '2000-01-01 00:00:00+00'),
                   (array_agg(b.open ORDER BY b.ts_utc))[1], max(b.high), min(b.low), (array_agg(b.close ORDER BY b.ts_utc DESC))[1],
                   sum(b.vol), sum(b.trade_count), 'derived'
            FROM public.data_bars AS b
            WHERE b.canonical_symbol = 'DXY' AND b.timeframe = '1m' AND NOT b.is_partial
            GROUP BY 1, 3
            """;

    static async Task<long> CompareAsync(BenchServer server, Timeframe timeframe, CancellationToken cancellation)
    {
        var different = await server.ValueAsync<long>(
            $"""
            SELECT count(*)
            FROM (SELECT ts_utc, open, high, low, close FROM public.derived_data_bars WHERE canonical_symbol = 'DXY'
              AND timeframe = '{timeframe}') AS ours
            FULL JOIN (SELECT ts_utc, open, high, low, close FROM bench.derived_data_bars WHERE timeframe = '{timeframe}')
              AS plain USING (ts_utc)
            WHERE (ours.open, ours.high, ours.low, ours.close) IS DISTINCT FROM (plain.open, plain.high, plain.low, plain.close)
            """,
            cancellation
        );
        if (different > 0)
        {
            throw new InvalidOperationException($"{different} buckets of {timeframe} differ from plain SQL's; the measurement is void.");
        }

        return await server.ValueAsync<long>("SELECT count(*) FROM bench.derived_data_bars", cancellation);
    }
}
