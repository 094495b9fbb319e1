using DxyOrleans.Bars;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Bench.Measurements;

/// <summary>The console's import into an empty, captured table beside a bare COPY of the same rows.</summary>
internal sealed class ImportMeasurement : IMeasurement
{
    public string Name => "import";

    public string What => "rows per second of the import, beside a bare binary COPY of the same rows";

    public int Rounds => 5;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        var rows = server.Input.Bars.Select(bar => new BarRow(bar)).ToList();
        var (imported, copied, derived) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = -1; round < rounds; round++)
        {
            await server.EmptyAsync(cancellation);
            await server.SettleAsync(cancellation);
            var import = await server.ImportAsync(mayStore: true, cancellation);
            var drain = await server.DrainAsync(cancellation);

            await server.EmptyAsync(cancellation);
            await server.SettleAsync(cancellation);
            var copy = await BareCopy.RunAsync(server.Data, "bench.data_bars", rows, BarSource.Ingest, cancellation);
            if (round >= 0)
            {
                imported.Add(rows.Count / import);
                derived.Add(import + drain);
                copied.Add(rows.Count / copy);
            }
        }

        var ours = new Samples("import: files to committed FX rows", "rows/s", imported);
        var floor = new Samples("bare COPY: rows in memory to one commit", "rows/s", copied);
        return new Result(
            Name,
            [Ratio.Of("import by bare COPY, rates", ours, floor, Aim.OfAtLeast(0.60))],
            [
                ours,
                floor,
                new Samples("import until all of DXY and every rollup is committed", "s", derived),
                new Samples("the same, FX rows in by all of it", "rows/s", [.. derived.Select(seconds => rows.Count / seconds)]),
            ],
            [
                "The import unpacks, parses, checks and deduplicates, and its table has the capture triggers; the first round of both "
                    + "is thrown away.",
            ]
        );
    }
}
