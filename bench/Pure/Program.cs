using System.Text.Json;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Exporters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using DxyOrleans.Bench.Pure;

// Standard output is for the program that started this one: a line of JSON a benchmark. BenchmarkDotNet's own words go to standard error.
using var errors = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };
var config = ManualConfig
    .CreateEmpty()
    .AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance).WithStrategy(RunStrategy.Throughput))
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddExporter(MarkdownExporter.Console)
    .AddLogger(new StreamLogger(errors))
    .WithArtifactsPath(Path.Combine(Path.GetTempPath(), $"dxy-bench-pure-{Environment.ProcessId}"));
try
{
    var summaries = BenchmarkRunner.Run(
        [typeof(FormulaBenchmarks), typeof(FoldBenchmarks), typeof(LineBenchmarks), typeof(CalendarBenchmarks)],
        config
    );
    foreach (var report in summaries.SelectMany(summary => summary.Reports))
    {
        Console.WriteLine(
            JsonSerializer.Serialize(
                new PureFigure(
                    report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\''),
                    [
                        .. report
                            .AllMeasurements.Where(one => one.Is(IterationMode.Workload, IterationStage.Result))
                            .Select(one => one.GetAverageTime().Nanoseconds),
                    ]
                )
            )
        );
    }

    return summaries.All(summary => summary is { HasCriticalValidationErrors: false } && summary.Reports.All(report => report.Success))
        ? 0
        : 1;
}
finally
{
    Directory.Delete(config.ArtifactsPath!, recursive: true);
}
