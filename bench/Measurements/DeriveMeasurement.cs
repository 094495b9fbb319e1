using System.Diagnostics;
using DxyOrleans.Bars;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Due;
using DxyOrleans.Deriving.Rules;
using DxyOrleans.Deriving.Slices;
using Npgsql;
using NpgsqlTypes;

namespace DxyOrleans.Bench.Measurements;

/// <summary>All of DXY derived from nothing, beside one SQL statement and beside moving its inputs out and its rows in.</summary>
internal sealed class DeriveMeasurement(string name, string what, BulkInput input) : IMeasurement
{
    // What a DBA would write by hand: double precision, no provenance, no lock, no due work.
    const string Plain = """
        INSERT INTO bench.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source)
        SELECT 'DXY', '1m', m.ts_utc, m.level, m.level, m.level, m.level, 'synthetic'
        FROM (
          SELECT e.ts_utc, round((50.14348112 * power(e.close::float8, -0.576) * power(j.close::float8, 0.136) * power(g.close::float8,
            -0.119)
                                  * power(c.close::float8, 0.091) * power(s.close::float8, 0.042) * power(f.close::float8,
                                    0.036))::numeric, 8) AS level
          FROM public.data_bars AS e
          JOIN public.data_bars AS j ON j.ts_utc = e.ts_utc AND j.canonical_symbol = 'USDJPY' AND j.timeframe = '1m'
          JOIN public.data_bars AS g ON g.ts_utc = e.ts_utc AND g.canonical_symbol = 'GBPUSD' AND g.timeframe = '1m'
          JOIN public.data_bars AS c ON c.ts_utc = e.ts_utc AND c.canonical_symbol = 'USDCAD' AND c.timeframe = '1m'
          JOIN public.data_bars AS s ON s.ts_utc = e.ts_utc AND s.canonical_symbol = 'USDSEK' AND s.timeframe = '1m'
          JOIN public.data_bars AS f ON f.ts_utc = e.ts_utc AND f.canonical_symbol = 'USDCHF' AND f.timeframe = '1m'
          WHERE e.canonical_symbol = 'EURUSD' AND e.timeframe = '1m'
        ) AS m
        """;

    public string Name => name;

    public string What => what;

    public int Rounds => 3;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await input.HoldAsync(server, cancellation);
        var range = input.Range(server);
        var rule = TargetRules.For(await server.RegistryAsync(cancellation), IndexDefinition.Dxy.Series, new DerivingOptions())!;
        var rows = await server.RowsAsync(BarTable.Data, rule.Series, cancellation);
        var (ours, plan, plain, floor, again, bytes) = (
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>()
        );
        var (duck, duckAll) = (new List<double>(), new List<double>());
        if (PlanFunction.IsHere)
        {
            await PlanFunction.MakeAsync(server, cancellation);
        }

        for (var round = input.PlanEachRound ? -1 : 0; round < rounds; round++)
        {
            await ClearAsync(server, cancellation);
            var derive = await DeriveAsync(server, rule, range, cancellation);
            var stored = await server.ValueAsync<long>(
                "SELECT count(*) FROM public.data_bars WHERE canonical_symbol = 'DXY'",
                cancellation
            );
            if (stored != rows.Count)
            {
                throw new InvalidOperationException(
                    $"{stored} DXY bars were derived where there were {rows.Count}; the measurement is void."
                );
            }

            await server.SettleAsync(cancellation);
            var statement = await server.TimeAsync(Plain, cancellation);
            await server.RunAsync("TRUNCATE bench.data_bars", cancellation);
            await server.SettleAsync(cancellation);
            if (PlanFunction.IsHere && (input.PlanEachRound ? round >= 0 : round == 0))
            {
                plan.Add(await PlanAsync(server, range, rows.Count, cancellation));
                await server.RunAsync("TRUNCATE bench.data_bars", cancellation);
                await server.SettleAsync(cancellation);
            }

            var (copyOut, copyIn) = await CopyAsync(server, rows, cancellation);
            var (load, arithmetic) = await DuckAsync(server, rows, cancellation);
            await server.RunAsync("TRUNCATE bench.data_bars, dxy.change, dxy.due", cancellation);
            await server.RunAsync("VACUUM (ANALYZE) public.data_bars", cancellation);
            await server.SettleAsync(cancellation);
            var before = await server.WalAsync(cancellation);
            var nothing = await DeriveAsync(server, rule, range, cancellation);
            var written = await server.WalAsync(cancellation) - before;
            if (round >= 0)
            {
                ours.Add(derive);
                plain.Add(statement);
                floor.Add(copyOut + copyIn);
                duck.Add(arithmetic);
                duckAll.Add(load + arithmetic + copyIn);
                again.Add(nothing);
                bytes.Add(written / (double)rows.Count);
            }
        }

        var function = plan.Count == 0 ? null : new Samples("the plan's function, its scope mended", "s", plan);
        var derived = new Samples("derive", "s", ours);
        var single = new Samples("one INSERT ... SELECT in double precision", "s", plain);
        var moved = new Samples("COPY six closes out, COPY finished rows in", "s", floor);
        var column = new Samples("DuckDB's arithmetic, closes in its memory, nothing stored", "s", duck);
        var columnAll = new Samples("COPY closes out into DuckDB, its arithmetic, COPY rows in", "s", duckAll);
        var unchanged = new Samples("derive again, nothing changed", "s", again);
        return new Result(
            Name,
            [
                .. function is null ? Array.Empty<Ratio>() : [ByPlan(derived, function)],
                Ratio.Of("derive by one SQL statement, times", derived, single, Aim.OfAtMost(0.5)),
                Ratio.Of("derive by COPY out and in, times", derived, moved, Aim.OfAtMost(1)),
                Ratio.Of("derive by COPY out, DuckDB and COPY in, times", derived, columnAll),
                Ratio.Of("derive again by COPY out and in, times", unchanged, moved, Aim.OfAtMost(0.4)),
                new Ratio(new Samples("WAL written by deriving again", "B/row", bytes), Aim.OfAtMost(1)),
            ],
            [
                derived,
                .. function is null ? Array.Empty<Samples>() : [function],
                single,
                moved,
                columnAll,
                column,
                unchanged,
                new Samples("derive", "bars/s", [.. ours.Select(seconds => rows.Count / seconds)]),
            ],
            [
                input.Note,
                $"{rows.Count} bars; each of ours carries its six inputs as provenance, the SQL statement's carry none.",
                "DuckDB's levels were compared with ours after each round. The COPY in beside it is the floor's of the same round: rows "
                    + "that are in memory as PostgreSQL takes them.",
                .. input.PlanEachRound ? Array.Empty<string>() : ["The plan's function ran once, in the first round."],
            ]
        );
    }

    // Where the function ran once it stands beside every round.
    static Ratio ByPlan(Samples derived, Samples plan) =>
        Ratio.Of(
            "derive by the plan's function, times",
            derived,
            plan with
            {
                Values = [.. derived.Values.Select((_, n) => plan.Values[Math.Min(n, plan.Values.Count - 1)])],
            },
            Aim.OfAtMost(1 / 12.0)
        );

    static async Task<double> PlanAsync(BenchServer server, TimeRange range, int expected, CancellationToken cancellation)
    {
        var seconds = await server.TimeAsync(
            $"DO $$ BEGIN PERFORM bench.calc_dxy_range_1m('{range.From}', '{range.To}'); END $$",
            cancellation
        );
        var made = await server.ValueAsync<long>("SELECT count(*) FROM bench.data_bars", cancellation);
        return made == expected
            ? seconds
            : throw new InvalidOperationException(
                $"The plan's function made {made} bars where there are {expected}; the measurement is void."
            );
    }

    // The rows are gone as if they had never been: no due work, no old versions left in the table.
    static async Task ClearAsync(BenchServer server, CancellationToken cancellation)
    {
        await server.UnrecordedAsync("DELETE FROM public.data_bars WHERE canonical_symbol = 'DXY'", cancellation);
        await server.RunAsync("TRUNCATE dxy.change, dxy.due, dxy.correction", cancellation);
        await server.RunAsync("VACUUM (ANALYZE) public.data_bars", cancellation);
        await server.SettleAsync(cancellation);
    }

    static async Task<double> DeriveAsync(BenchServer server, ITargetRule rule, TimeRange range, CancellationToken cancellation)
    {
        await new DueStore(server.Data).RequestAsync(rule.Series, range, "request", null, prune: false, cancellation);
        var start = Stopwatch.GetTimestamp();
        await ParallelDrain.RunAsync(server.Data, rule, null, cancellation);
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    static async Task<(double Load, double Arithmetic)> DuckAsync(BenchServer server, List<BarRow> rows, CancellationToken cancellation)
    {
        using var duck = new Duck();
        await using var connection = await server.Data.OpenConnectionAsync(cancellation);
        var (load, arithmetic) = await Task.Run(() => (duck.LoadCloses(connection), duck.Derive()), cancellation);
        var otherwise = duck.Otherwise(rows);
        return otherwise == 0
            ? (load, arithmetic)
            : throw new InvalidOperationException($"DuckDB's levels differ in {otherwise} minutes; the measurement is void.");
    }

    static async Task<(double Out, double In)> CopyAsync(BenchServer server, List<BarRow> rows, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        await using (var connection = await server.Data.OpenConnectionAsync(cancellation))
        {
            await Task.Run(() => CopyOut(connection), cancellation);
        }

        var copyOut = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return (copyOut, await BareCopy.RunAsync(server.Data, "bench.data_bars", rows, BarSource.Synthetic, cancellation));
    }

    static void CopyOut(NpgsqlConnection connection)
    {
        foreach (var component in IndexDefinition.Dxy.Components)
        {
            var closes = new List<(DateTime, double)>();
            using var copy = connection.BeginBinaryExport(
                $"COPY (SELECT ts_utc, close::float8 FROM public.data_bars WHERE canonical_symbol = '{component.Symbol}' AND timeframe "
                    + $"= '1m' ORDER BY ts_utc) TO STDOUT BINARY"
            );
            while (copy.StartRow() >= 0)
            {
                closes.Add((copy.Read<DateTime>(NpgsqlDbType.TimestampTz), copy.Read<double>(NpgsqlDbType.Double)));
            }
        }
    }
}
