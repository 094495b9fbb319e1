using System.Diagnostics;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Feeds.Files;

namespace DxyOrleans.Bench.Measurements;

/// <summary>The same files once more: nothing may be written.</summary>
internal sealed class ImportAgainMeasurement : IMeasurement
{
    public string Name => "import-again";

    public string What => "seconds and WAL bytes a row of importing the same files again";

    public int Rounds => 3;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        await server.HoldDerivedAsync(cancellation);
        var rows = server.Input.Bars.Count;
        var (again, read, bytes) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            var before = await server.WalAsync(cancellation);
            var seconds = await server.ImportAsync(mayStore: false, cancellation);
            var written = await server.WalAsync(cancellation) - before;
            var reading = await ReadAsync(server.Input.Paths, cancellation);
            if (round >= 0)
            {
                again.Add(seconds);
                read.Add(reading);
                bytes.Add(written / (double)rows);
            }
        }

        var ours = new Samples("import again", "s", again);
        var floor = new Samples("reading the files, storing nothing", "s", read);
        return new Result(
            Name,
            [
                new Ratio(new Samples("WAL written", "B/row", bytes), Aim.OfAtMost(1)),
                Ratio.Of("import again by reading the files alone, times", ours, floor),
            ],
            [ours, floor, new Samples("import again", "rows/s", [.. again.Select(seconds => rows / seconds)])],
            []
        );
    }

    static async Task<double> ReadAsync(IReadOnlyList<string> paths, CancellationToken cancellation)
    {
        var start = Stopwatch.GetTimestamp();
        foreach (var path in paths)
        {
            await foreach (var batch in new BarFileReader(TimeProvider.System).Read(path, new BarFileOptions(), cancellation))
            {
                cancellation.ThrowIfCancellationRequested();
            }
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
