using System.Diagnostics;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Deriving.Due;

namespace DxyOrleans.Bench.Measurements;

/// <summary>A year derived by one silo, by two that share it, and by two of which one is killed when half is done.</summary>
internal sealed class SilosMeasurement : IMeasurement
{
    const string Feed = "none";
    static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    public string Name => "silos";

    public string What => "a year derived by one silo, by two, and by two of which one is killed half-way";

    public int Rounds => 1;

    public bool OnlyWhenNamed => true;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await server.HoldYearAsync(cancellation);
        var (one, two, killed) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            one.Add(await DeriveAsync(server, silos: 1, kill: false, cancellation));
            two.Add(await DeriveAsync(server, silos: 2, kill: false, cancellation));
            killed.Add(await DeriveAsync(server, silos: 2, kill: true, cancellation));
        }

        var (alone, shared) = (new Samples("one silo", "s", one), new Samples("two silos", "s", two));
        var halved = new Samples("two silos, one killed when half was done", "s", killed);
        return new Result(
            Name,
            [Ratio.Of("two silos by one, times", shared, alone), Ratio.Of("two silos, one killed half-way, by one, times", halved, alone)],
            [alone, shared, halved],
            [
                BulkInput.Year.Note,
                "Each silo is a process; the time is from the request until nothing of DXY is due, rollups included. All share the "
                    + "machine's cores with the server.",
                "Every minute was found derived at the end.",
            ]
        );
    }

    static async Task<double> DeriveAsync(BenchServer server, int silos, bool kill, CancellationToken cancellation)
    {
        var minutes = SimulatedBars.Year.Length.TotalMinutes;
        await server.UnrecordedAsync(
            "DELETE FROM public.data_bars WHERE canonical_symbol = 'DXY'; TRUNCATE public.derived_data_bars, dxy.change, dxy.due, "
                + "dxy.correction",
            cancellation
        );
        await server.TidyAsync(cancellation);
        await using var first = SiloProcess.Start(server, "--Feed", Feed);
        await first.ReadyAsync(cancellation);
        await using var second = silos > 1 ? first.StartBeside(server, "--Feed", Feed) : null;
        await (second?.ReadyAsync(cancellation) ?? Task.CompletedTask);

        await new DueStore(server.Data).RequestAsync(
            IndexDefinition.Dxy.Series,
            SimulatedBars.Year,
            "request",
            null,
            prune: false,
            cancellation
        );
        var start = Stopwatch.GetTimestamp();
        while (await BacklogState.ReadAsync(server.Data, [IndexDefinition.Dxy.Symbol], cancellation) is { IsEmpty: false } state)
        {
            if (kill && second is not null && state.Minutes < minutes / 2)
            {
                kill = false;
                await second.KillAsync(cancellation);
            }

            if (Stopwatch.GetElapsedTime(start) > Longest)
            {
                throw new InvalidOperationException($"{state.Minutes} minutes were still due after {Longest}; the measurement is void.");
            }

            await Task.Delay(Poll, TimeProvider.System, cancellation);
        }

        var took = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var derived = await server.ValueAsync<long>(
            "SELECT count(*) FROM public.data_bars WHERE canonical_symbol = 'DXY' AND timeframe = '1m'",
            cancellation
        );
        return derived == (long)minutes
            ? took
            : throw new InvalidOperationException($"{derived} of {minutes} minutes were derived; the measurement is void.");
    }
}
