using DxyOrleans.Bench.Measurements;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;
using DxyOrleans.Storage.Server;

namespace DxyOrleans.Bench;

/// <summary>One call of the bench. Exit codes: 0 measured, 1 a measurement failed or is void, 2 called wrongly, 3 no server could be had, 130 interrupted.</summary>
internal static class BenchRun
{
    static IReadOnlyList<IMeasurement> All =>
    [
        new ImportMeasurement(), new ImportAgainMeasurement(), new DeriveMeasurement(), new RollupMeasurement(), new LiveMeasurement(), new StartMeasurement(), new CopyMeasurement(),
        new VerifyMeasurement(), new LiveCopyMeasurement(), new ManyMeasurement(), new TicksMeasurement(),
    ];

    public static async Task<int> RunAsync(
        IReadOnlyList<string> names, bool list, bool json, int? repeat, TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        if (list)
        {
            WriteList(output, json);
            return 0;
        }

        if (names.FirstOrDefault(name => All.All(one => one.Name != name)) is { } unknown)
        {
            await error.WriteLineAsync($"dxy bench: there is no measurement '{unknown}'; there are {string.Join(", ", All.Select(one => one.Name))}");
            return 2;
        }

        try
        {
            await using var server = await BenchServer.StartAsync(cancellation);
            var machine = await Machine.DescribeAsync(server, cancellation);
            var chosen = names.Count == 0 ? All : [.. All.Where(one => names.Contains(one.Name))];
            await MeasureAsync(server, machine, chosen, repeat, json, output, error, cancellation);
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
        catch (Exception fault) when (fault is InvalidOperationException or Npgsql.NpgsqlException)
        {
            await error.WriteLineAsync($"dxy bench: {fault.Message}");
            return 1;
        }
    }

    static async Task MeasureAsync(BenchServer server, IReadOnlyDictionary<string, string> machine, IReadOnlyList<IMeasurement> chosen, int? repeat, bool json,
        TextWriter output, TextWriter error, CancellationToken cancellation)
    {
        if (!json)
        {
            TextReport.WriteMachine(output, machine);
        }

        var results = new List<Result>();
        foreach (var measurement in chosen)
        {
            await error.WriteLineAsync($"measuring {measurement.Name} ...");
            var result = await measurement.RunAsync(server, repeat ?? measurement.Rounds, cancellation);
            results.Add(result);
            if (!json)
            {
                TextReport.Write(output, result);
            }
        }

        if (json)
        {
            JsonReport.Write(output, machine, results);
        }
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
            output.WriteLine($"{measurement.Name,-14} {measurement.What}");
        }
    }
}
