using System.Text.Json;

namespace DxyOrleans.Bench.Results;

/// <summary>Results for programs: one document.</summary>
internal static class JsonReport
{
    public const string Schema = "dxy.bench/1";

    static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static void Write(TextWriter output, IReadOnlyDictionary<string, string> machine, IReadOnlyList<Result> results) =>
        output.WriteLine(
            JsonSerializer.Serialize(
                new
                {
                    Schema,
                    Machine = machine,
                    Results = results.Select(result => new
                    {
                        result.Name,
                        Ratios = result.Ratios.Select(ratio => new
                        {
                            ratio.Samples.Name,
                            ratio.Samples.Unit,
                            ratio.Samples.Median,
                            ratio.Samples.Min,
                            ratio.Samples.Max,
                            ratio.Samples.Values,
                            AimAtLeast = ratio.Aim is { AtLeast: true } least ? least.Bound : (double?)null,
                            AimAtMost = ratio.Aim is { AtLeast: false } most ? most.Bound : (double?)null,
                            Met = ratio.IsMet,
                        }),
                        Figures = result.Figures.Select(figure => new
                        {
                            figure.Name,
                            figure.Unit,
                            figure.Median,
                            figure.Min,
                            figure.Max,
                            figure.Values,
                        }),
                        result.Notes,
                    }),
                },
                Options
            )
        );

    public static void WriteList(TextWriter output, IEnumerable<(string Name, string What)> measurements) =>
        output.WriteLine(
            JsonSerializer.Serialize(
                new { Schema = "dxy.bench-list/1", Measurements = measurements.Select(one => new { one.Name, one.What }) },
                Options
            )
        );
}
