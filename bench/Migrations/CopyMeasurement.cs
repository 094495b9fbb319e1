using System.Diagnostics;
using DxyOrleans.Bench.Measurements;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Postgres;

namespace DxyOrleans.Bench.Migrations;

/// <summary>A migration's copy of a million bars, batch by batch with its checkpoints, beside one <c>INSERT … SELECT</c> of the same rows
/// into the same table; and again.</summary>
internal sealed class CopyMeasurement : IMeasurement
{
    const int Rows = 1_000_000;
    const string Run = "bench-copy";

    // The plan's own copy, with the values its table asks for.
    const string Plain = """
        INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial,
          source, ingested_at, raw, created_at, updated_at)
        SELECT canonical_symbol, timeframe, ts_utc, open, high, low, close, vol, vwap, trade_count, is_partial, 'synthetic', ingested_at,
               jsonb_build_object('kind', 'dxy', 'migrated_from', 'derived_data_bars'), coalesce(created_at, ingested_at), now()
        FROM public.derived_data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m' AND deleted_at IS NULL
        ON CONFLICT (canonical_symbol, timeframe, ts_utc) DO UPDATE SET source = 'synthetic', updated_at = now()
        """;

    public string Name => "copy";

    public string What => "a migration's copy of 1,000,000 bars beside one INSERT ... SELECT, its worst batch, and a second copy";

    public int Rounds => 1;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await server.EmptyAsync(cancellation);
        await LegacyBars.FillAsync(server, new DateOnly(2020, 1, 1), Rows, cancellation);
        await using (var start = server.Data.CreateCommand("SELECT dxy.migrate_start($1, 'DXY', $2::jsonb, $3::jsonb)"))
        {
            start.Parameters.With(Run).With(new RunSettings().ToJson()).With(await RunTarget.ReadAsync(server.Data, cancellation));
            await start.ExecuteNonQueryAsync(cancellation);
        }

        await server.RunAsync(
            $"SELECT dxy.touch_on(); INSERT INTO dxy.watched (symbol, run, since) VALUES ('DXY', '{Run}', dxy.now())",
            cancellation
        );
        var (copies, plains, worst, again, bytes) = (
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>(),
            new List<double>()
        );
        for (var round = 0; round < rounds; round++)
        {
            await ClearAsync(server, cancellation);
            plains.Add(await server.TimeAsync(Plain, cancellation));
            await ClearAsync(server, cancellation);
            var (seconds, longest) = await CopyAsync(server, cancellation);
            copies.Add(seconds);
            worst.Add(longest);
            await server.RunAsync("VACUUM (FREEZE, ANALYZE) public.data_bars", cancellation);
            await server.SettleAsync(cancellation);
            var before = await server.WalAsync(cancellation);
            again.Add((await CopyAsync(server, cancellation)).Seconds);
            bytes.Add((await server.WalAsync(cancellation) - before) / (double)Rows);
        }

        await server.EmptyAsync(cancellation);
        await server.RunAsync(
            $"DELETE FROM dxy.watched; DELETE FROM dxy.touch; SELECT dxy.touch_off(); UPDATE dxy.run SET state = 'completed' WHERE name "
                + $"= '{Run}'",
            cancellation
        );
        var (copy, plain) = (new Samples("copy", "s", copies), new Samples("the plan's INSERT ... SELECT", "s", plains));
        return new Result(
            Name,
            [
                Ratio.Of("copy by one INSERT ... SELECT, times", copy, plain, Aim.OfAtMost(1)),
                new Ratio(new Samples("worst batch, from call to commit", "ms", worst), Aim.OfAtMost(250)),
                new Ratio(new Samples("WAL written by a second copy", "B/row", bytes), Aim.OfAtMost(1)),
            ],
            [
                copy,
                plain,
                new Samples("second copy", "s", again),
                new Samples("copy", "bars/s", [.. copies.Select(seconds => Rows / seconds)]),
            ],
            [
                $"{Rows} bars into the same table with its key, checks and triggers; each batch with its checkpoint and ledger row in "
                    + $"its own transaction.",
                "The statement makes everything it wrote due for the rollups; the copy doesn't.",
            ]
        );
    }

    static async Task ClearAsync(BenchServer server, CancellationToken cancellation)
    {
        await server.RunAsync("TRUNCATE public.data_bars, dxy.change, dxy.due, dxy.correction, dxy.touch", cancellation);
        await server.SettleAsync(cancellation);
    }

    // The step as the engine takes it, from its beginning to its end.
    static async Task<(double Seconds, double Longest)> CopyAsync(BenchServer server, CancellationToken cancellation)
    {
        await server.RunAsync(
            $"DELETE FROM dxy.run_step; UPDATE dxy.run SET state = 'running', retry_at = NULL, version = version + 1 WHERE name = '{Run}'",
            cancellation
        );
        var engine = new MigrationEngine(server.Data, [.. MigrationSteps.All.Where(step => step.Name == "copy/bars")], TimeProvider.System);
        var longest = 0.0;
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var began = Stopwatch.GetTimestamp();
            var advance = await engine.AdvanceAsync(Run, cancellation);
            longest = Math.Max(longest, Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            if (advance.Again is not { } wait)
            {
                break;
            }

            await Task.Delay(wait, TimeProvider.System, cancellation);
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var copied = await server.ValueAsync<long>("SELECT count(*) FROM public.data_bars WHERE canonical_symbol = 'DXY'", cancellation);
        return copied == Rows
            ? (seconds, longest)
            : throw new InvalidOperationException($"{copied} bars were copied where there are {Rows}; the measurement is void.");
    }
}
