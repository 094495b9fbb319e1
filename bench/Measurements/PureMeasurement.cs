using System.Diagnostics;
using System.Text.Json;
using DxyOrleans.Bench.Results;
using DxyOrleans.Bench.Setup;

namespace DxyOrleans.Bench.Measurements;

/// <summary>What is done without a database, by BenchmarkDotNet in a program of its own.</summary>
internal sealed class PureMeasurement : IMeasurement
{
    sealed record Figure(string Name, IReadOnlyList<double> Nanoseconds);

    public string Name => "pure";

    public string What => "formula, folding, parsing and calendar by BenchmarkDotNet, a short job";

    public int Rounds => 1;

    public async Task<Result> RunAsync(BenchServer server, int rounds, CancellationToken cancellation)
    {
        var figures = await FiguresAsync(cancellation);
        var single = figures.Single(figure => figure.Name.EndsWith("by itself", StringComparison.Ordinal));
        var columns = figures.Single(figure => figure.Name.Contains("in columns", StringComparison.Ordinal));
        return new Result(
            Name,
            [new Ratio(new Samples("the formula in columns by one at a time, times", "×", [columns.Median / single.Median]), null)],
            figures,
            [
                "BenchmarkDotNet's ShortRun in one process; nothing is read or written but the file of lines, which is in the system's "
                    + "cache. --repeat changes nothing here.",
            ]
        );
    }

    static async Task<IReadOnlyList<Samples>> FiguresAsync(CancellationToken cancellation)
    {
        using var process = Process.Start(
            new ProcessStartInfo("dotnet", ["exec", Folders.Pure]) { RedirectStandardOutput = true, RedirectStandardError = true }
        )!;
        try
        {
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            var output = await process.StandardOutput.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode == 0
                ?
                [
                    .. output
                        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                        .Select(line => JsonSerializer.Deserialize<Figure>(line)!)
                        .Select(figure => new Samples(figure.Name, "ns", figure.Nanoseconds)),
                ]
                : throw new InvalidOperationException($"the pure benchmarks failed:\n{await errors}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
