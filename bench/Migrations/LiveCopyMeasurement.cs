using DxyOrleans.Bench.Measurements;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps;
using DxyOrleans.Postgres;

namespace DxyOrleans.Bench.Migrations;

/// <summary>The live path while the same silo copies a migration's history, beside the live path with the run paused; both tables are
/// written in both cases.</summary>
internal sealed class LiveCopyMeasurement : IMeasurement
{
    const int WarmUp = 60;
    const int Minutes = 200;
    const int MinMinutes = 100;
    const string Run = "bench-live-copy";
    const string Copying = "copy/bars";

    public string Name => "live-copy";

    public string What => "the live path's p99 while a migration copies its history, beside the same with the copy paused";

    public int Rounds => 1;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await server.HoldDerivedAsync(cancellation);
        // Long before the files' rows.
        await LegacyBars.FillAsync(server, new DateOnly(2005, 1, 1), 4_000_000, cancellation);
        await PrepareAsync(server, cancellation);
        await server.SettleAsync(cancellation);

        LiveTimes idle,
            copying;
        long copied;
        await using (var loop = await LiveLoop.StartAsync(server, WarmUp + (Minutes * 2), cancellation))
        {
            await loop.RunAsync(WarmUp, false, null, cancellation);
            idle = await loop.RunAsync(Minutes, false, null, cancellation);
            await server.RunAsync($"SELECT dxy.migrate_resume('{Run}')", cancellation);
            while (await BatchesAsync() == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellation);
            }

            copying = await loop.RunAsync(
                Minutes,
                false,
                async () => await server.ValueAsync<string>($"SELECT step FROM dxy.run WHERE name = '{Run}'", cancellation) == Copying,
                cancellation
            );
            copied = await server.ValueAsync<long>(
                $"SELECT coalesce(sum(rows), 0)::bigint FROM dxy.run_batch WHERE run = '{Run}'",
                cancellation
            );
            await server.RunAsync($"SELECT dxy.migrate_pause('{Run}')", cancellation);
        }

        await server.RunAsync(
            $"DELETE FROM dxy.route; DELETE FROM dxy.watched; DELETE FROM dxy.touch; SELECT dxy.touch_off(); UPDATE dxy.run SET state = "
                + $"'completed' WHERE name = '{Run}'",
            cancellation
        );
        await server.EmptyAsync(cancellation);
        return copying.Derived.Values.Count >= MinMinutes
            ? Tell(idle, copying, copied)
            : throw new InvalidOperationException(
                $"The copy was over after {copying.Derived.Values.Count} live minutes; the measurement is void."
            );

        Task<long> BatchesAsync() => server.ValueAsync<long>($"SELECT count(*) FROM dxy.run_batch WHERE run = '{Run}'", cancellation);
    }

    Result Tell(LiveTimes idle, LiveTimes copying, long copied) =>
        new(
            Name,
            [
                new Ratio(
                    new Samples(
                        "p99 during the copy by p99 with it paused",
                        "×",
                        [copying.Derived.Percentile(0.99) / idle.Derived.Percentile(0.99)]
                    ),
                    Aim.OfAtMost(2)
                ),
                new Ratio(
                    new Samples("p50 during the copy by p50 with it paused", "×", [copying.Derived.Median / idle.Derived.Median]),
                    Aim: null
                ),
            ],
            [
                idle.Published.At("sixth bar to its answer, copy paused, p99", 0.99),
                copying.Published.At("the same during the copy, p99", 0.99),
                idle.Derived.At("sixth bar to DXY row in both tables, copy paused, p50", 0.5),
                idle.Derived.At("sixth bar to DXY row in both tables, copy paused, p99", 0.99),
                copying.Derived.At("the same during the copy, p50", 0.5),
                copying.Derived.At("the same during the copy, p99", 0.99),
            ],
            [
                $"{idle.Derived.Values.Count} minutes with the copy paused, then {copying.Derived.Values.Count} during it; it copied "
                    + $"{copied} bars meanwhile, by the run's own grain in the silo that takes the live bars.",
            ]
        );

    // Everything before the copy counts as done; the run stands still until it is ordered to go on.
    static async Task PrepareAsync(BenchServer server, CancellationToken cancellation)
    {
        await using var connection = await server.Data.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using (var start = connection.CreateCommand())
        {
            start.CommandText = "SELECT dxy.migrate_start($1, 'DXY', $2::jsonb, $3::jsonb)";
            start.Parameters.With(Run).With(new RunSettings().ToJson()).With(await RunTarget.ReadAsync(server.Data, cancellation));
            await start.ExecuteNonQueryAsync(cancellation);
        }

        foreach (var step in MigrationSteps.All.TakeWhile(step => step.Name != Copying))
        {
            await using var done = connection.CreateCommand();
            done.CommandText =
                "INSERT INTO dxy.run_step (run, step, phase, state, checkpoint, done, started_at) VALUES ($1, $2, $3, 'done', '{}', 0, "
                + "dxy.now())";
            done.Parameters.With(Run).With(step.Name).With((int)step.Phase);
            await done.ExecuteNonQueryAsync(cancellation);
        }

        await using (var rest = connection.CreateCommand())
        {
            rest.CommandText =
                $"SELECT dxy.migrate_pause('{Run}'), dxy.flip_route('DXY', 'both'); SELECT dxy.touch_on(); INSERT INTO dxy.watched "
                + $"(symbol, run, since) VALUES ('DXY', '{Run}', dxy.now())";
            await rest.ExecuteNonQueryAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }
}
