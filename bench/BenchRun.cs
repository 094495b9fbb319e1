using DxyOrleans.Bench.Measurements;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Rivals;
using DxyOrleans.Bench.Setup;
using DxyOrleans.EmbeddedPostgres;

namespace DxyOrleans.Bench;

/// <summary>One call of the bench. Exit codes: 0 measured, 1 a measurement failed or is void, 2 called wrongly, 3 no server could be had,
/// 130 interrupted.</summary>
internal static partial class BenchRun
{
    static IReadOnlyList<IMeasurement> All =>
        [
            new ImportMeasurement(),
            new ImportAgainMeasurement(),
            new DeriveMeasurement(
                "derive",
                "all of DXY 1m from nothing, beside one SQL statement, DuckDB and COPY out and in; and again, nothing changed",
                BulkInput.Files
            ),
            new RollupMeasurement(
                "rollup",
                "DXY 5m and 1h from nothing, beside one INSERT ... SELECT with date_bin each, and DuckDB",
                BulkInput.Files
            ),
            new ViewRivalMeasurement(),
            new LiveMeasurement(),
            new LiveRivalsMeasurement(),
            new StartMeasurement(),
            .. Migrations(),
            new LiveBackfillMeasurement(),
            new ManyMeasurement(),
            new TicksMeasurement(),
            new DeriveMeasurement("year", "derive over a whole year, 3.16 million rows; beside the same", BulkInput.Year),
            new RollupMeasurement("year-rollup", "rollup over a whole year; beside the same", BulkInput.Year),
            new PureMeasurement(),
            new SilosMeasurement(),
            new TenYearsMeasurement(divided: false),
            new TenYearsMeasurement(divided: true),
        ];

    static List<IMeasurement> Migrations()
    {
        List<IMeasurement> found = [];
        AddMigrations(found);
        return found;
    }

    // From the migration's own folder; with it the call is gone.
    static partial void AddMigrations(List<IMeasurement> measurements);

    public static async Task<int> RunAsync(BenchOrder order, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        var names = order.Names;
        if (order.List)
        {
            WriteList(output, order.Json);
            return 0;
        }

        if (names.FirstOrDefault(name => All.All(one => one.Name != name)) is { } unknown)
        {
            await error.WriteLineAsync(
                $"dxy bench: there is no measurement '{unknown}'; there are {string.Join(", ", All.Select(one => one.Name))}"
            );
            return 2;
        }

        try
        {
            var baseline = order.Baseline is { } file ? await Baseline.ReadAsync(file, cancellation) : null;
            await using var server = await BenchServer.StartAsync(cancellation);
            var machine = await Machine.DescribeAsync(server, cancellation);
            IReadOnlyList<IMeasurement> chosen = [.. All.Where(one => names.Count == 0 ? !one.OnlyWhenNamed : names.Contains(one.Name))];
            var results = await MeasureAsync(server, machine, chosen, order, output, error, cancellation);
            if (order.Save is { } saved)
            {
                await using var to = File.CreateText(saved);
                JsonReport.Write(to, machine, results);
            }

            foreach (var line in baseline?.Compare(results).Prepend($"against {order.Baseline}") ?? [])
            {
                await (order.Json ? error : output).WriteLineAsync(line);
            }

            return 0;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return 130;
        }
        catch (Exception fault) when (fault is EmbeddedServerException or ServerProgramsMissingException)
        {
            await error.WriteLineAsync($"dxy bench: {fault.Message}");
            return 3;
        }
        catch (InvalidDataException fault)
        {
            await error.WriteLineAsync($"dxy bench: {fault.Message}");
            return 2;
        }
        catch (Exception fault) when (fault is InvalidOperationException or IOException or Npgsql.NpgsqlException)
        {
            await error.WriteLineAsync($"dxy bench: {fault.Message}");
            return 1;
        }
    }

    static async Task<IReadOnlyList<Result>> MeasureAsync(
        BenchServer server,
        IReadOnlyDictionary<string, string> machine,
        IReadOnlyList<IMeasurement> chosen,
        BenchOrder order,
        TextWriter output,
        TextWriter error,
        CancellationToken cancellation
    )
    {
        if (!order.Json)
        {
            TextReport.WriteMachine(output, machine);
        }

        var results = new List<Result>();
        foreach (var measurement in chosen)
        {
            await error.WriteLineAsync($"measuring {measurement.Name} ...");
            var result = await measurement.RunAsync(server, order.Repeat ?? measurement.Rounds, cancellation);
            results.Add(result);
            if (!order.Json)
            {
                TextReport.Write(output, result);
            }
        }

        if (order.Json)
        {
            JsonReport.Write(output, machine, results);
        }

        return results;
    }

    static void WriteList(TextWriter output, bool json)
    {
        if (json)
        {
            JsonReport.WriteList(output, All.Select(one => (one.Name, one.What)));
            return;
        }

        foreach (var measurement in All)
        {
            output.WriteLine($"{measurement.Name, -18} {measurement.What}{(measurement.OnlyWhenNamed ? " (only when named)" : "")}");
        }
    }
}
