using DxyOrleans.Bench.Measurements;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Bench.Rivals;

/// <summary>
/// What a team would build instead of <see cref="LiveMeasurement"/>'s path, each on a table without our triggers, beside a bare commit on
/// the same server. Run it in one call with <c>live</c>; the ratios are to be compared, each being multiples of its own server's bare commit.
/// </summary>
internal sealed class LiveRivalsMeasurement : IMeasurement
{
    const int WarmUp = 30;
    const int Minutes = 150;

    public string Name => "live-rivals";

    public string What =>
        "the sixth bar to the DXY row's commit by a trigger, by a job, and by a program that reads the WAL; beside a bare commit";

    public int Rounds => 1;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await using var own = await RivalServer.StartAsync(server.Input, cancellation);
        var table = await own.MakeTableAsync("bare", cancellation);
        await using var bare = await BarInserts.OpenAsync(own.Data, table, "", cancellation);
        await using var trigger = await TriggerRival.MakeAsync(own, cancellation);
        await using var job = await FunctionRival.MakeAsync(own, cancellation);
        await using var decoding = await DecodingRival.MakeAsync(own, cancellation);
        ILiveRival[] rivals = [trigger, job, decoding];
        var commits = new List<double>();
        var times = rivals.Select(_ => new List<double>()).ToList();
        var count = WarmUp + (Minutes * rounds);
        var first = UtcTime.From(TimeProvider.System.GetUtcNow()).Minute - count - 10;
        for (var round = 0; round < count; round++)
        {
            var time = UtcTime.FromMinute(first + round);
            await WaitAsync(cancellation);
            var start = System.Diagnostics.Stopwatch.GetTimestamp();
            await bare.SixthAsync(time, round, cancellation);
            var commit = System.Diagnostics.Stopwatch.GetElapsedTime(start);
            for (var rival = 0; rival < rivals.Length; rival++)
            {
                var took = await rivals[rival].MinuteAsync(time, round, cancellation);
                if (round >= WarmUp)
                {
                    times[rival].Add(took.TotalMilliseconds);
                }
            }

            if (round >= WarmUp)
            {
                commits.Add(commit.TotalMilliseconds);
            }
        }

        await CheckAsync(own, count, cancellation);
        return Tell(rivals, new Samples("bare commit", "ms", commits), [.. times.Select(one => new Samples("", "ms", one))]);
    }

    /// <summary>As the live path's bench: what has just been used answers faster.</summary>
    public static Task WaitAsync(CancellationToken cancellation) =>
        Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(100)), TimeProvider.System, cancellation);

    static async Task CheckAsync(RivalServer own, int minutes, CancellationToken cancellation)
    {
        await using var command = own.Data.CreateCommand(
            """
            SELECT count(*) FROM (SELECT ts_utc, close FROM rival.triggered WHERE canonical_symbol = 'DXY') AS a
            JOIN (SELECT ts_utc, close FROM rival.worked WHERE canonical_symbol = 'DXY') AS b USING (ts_utc)
            JOIN (SELECT ts_utc, close FROM rival.decoded WHERE canonical_symbol = 'DXY') AS c USING (ts_utc)
            WHERE a.close = b.close AND abs(a.close - c.close) <= 0.00000001
            """
        );
        var equal = (long)(await command.ExecuteScalarAsync(cancellation))!;
        if (equal < minutes)
        {
            throw new InvalidOperationException($"The rivals agree on {equal} of {minutes} minutes; the measurement is void.");
        }
    }

    Result Tell(ILiveRival[] rivals, Samples commits, IReadOnlyList<Samples> times) =>
        new(
            Name,
            [
                .. rivals.Zip(times, (rival, one) =>
                    new Ratio(new Samples($"{rival.Name}, p50 by a bare commit's p50", "×", [one.Median / commits.Median]), null)
                ),
                .. rivals.Zip(times, (rival, one) =>
                    new Ratio(new Samples($"{rival.Name}, p99 by a bare commit's p50", "×", [one.Percentile(0.99) / commits.Median]), null)
                ),
            ],
            [commits.At("bare commit of one row, p50", 0.5), .. rivals.Zip(times, (rival, one) => one.At($"{rival.Name}, p50", 0.5))],
            [
                $"{commits.Values.Count} minutes after {WarmUp} thrown away, each rival in each minute; they agree on every level. The "
                    + "server has wal_level = logical, which the third needs.",
                .. rivals.Select(rival => $"{rival.Name} doesn't do: {rival.Lacks}."),
            ]
        );
}
