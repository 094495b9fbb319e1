using System.Diagnostics;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;

namespace DxyOrleans.Bench.Measurements;

/// <summary>From the start of a silo's process to ready, to the first DXY bar of a simulated market, and its memory.</summary>
internal sealed class StartMeasurement : IMeasurement
{
    static readonly TimeSpan MemoryAfter = TimeSpan.FromSeconds(30);
    static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public string Name => "start";

    public string What => "a silo's process start to ready, to the first DXY bar, and its memory";

    public int Rounds => 3;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        var (ready, first, memory) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            await server.EmptyAsync(cancellation);
            var start = Stopwatch.GetTimestamp();
            await using (var idle = SiloProcess.Start(server, "--Feed", "none"))
            {
                await idle.ReadyAsync(cancellation);
                ready.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }

            await server.EmptyAsync(cancellation);
            start = Stopwatch.GetTimestamp();
            await using var fed = SiloProcess.Start(
                server,
                "--Feed",
                "simulated",
                "--Simulation:AlwaysOpen",
                "true",
                "--Simulation:BackfillMinutes",
                "90"
            );
            await FirstBarAsync(server, start, cancellation);
            first.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            if (round == rounds - 1)
            {
                await Task.Delay(MemoryAfter - Stopwatch.GetElapsedTime(start), TimeProvider.System, cancellation);
                memory.Add(fed.ResidentMegabytes);
            }
        }

        return new Result(
            Name,
            [new Ratio(new Samples("process start to ready", "s", ready), Aim.OfAtMost(6))],
            [
                new Samples("process start to the first DXY bar committed (simulated, 90 minutes of backfill)", "s", first),
                new Samples("resident memory 30 s after the start, simulated feed", "MiB", memory),
            ],
            ["One silo on a running server with the schema applied; the first round also makes the silo's reminders."]
        );
    }

    static async Task FirstBarAsync(BenchServer server, long start, CancellationToken cancellation)
    {
        while (
            !await server.ValueAsync<bool>(
                "SELECT EXISTS (SELECT FROM public.data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m')",
                cancellation
            )
        )
        {
            if (Stopwatch.GetElapsedTime(start) > Longest)
            {
                throw new InvalidOperationException("No DXY bar came within a minute of the silo's start.");
            }

            await Task.Delay(Poll, TimeProvider.System, cancellation);
        }
    }
}
