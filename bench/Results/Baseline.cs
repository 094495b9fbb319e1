using System.Globalization;
using System.Text.Json;

namespace DxyOrleans.Bench.Results;

/// <summary>The ratios of an earlier run, as <c>--save</c> wrote them, and what has moved since beyond the spread of both runs.</summary>
internal sealed class Baseline
{
    readonly Dictionary<(string Measurement, string Ratio), (double Median, double Min, double Max)> _ratios = [];

    Baseline() { }

    /// <exception cref="InvalidDataException">The file is no report of the bench.</exception>
    public static async Task<Baseline> ReadAsync(string file, CancellationToken cancellation)
    {
        try
        {
            await using var stream = File.OpenRead(file);
            using var report = await JsonDocument.ParseAsync(stream, cancellationToken: cancellation);
            if (report.RootElement.GetProperty("schema").GetString() != JsonReport.Schema)
            {
                throw new InvalidDataException($"{file} is no report of dxy bench; make one with --save {file}");
            }

            var baseline = new Baseline();
            foreach (var result in report.RootElement.GetProperty("results").EnumerateArray())
            {
                foreach (var ratio in result.GetProperty("ratios").EnumerateArray())
                {
                    baseline._ratios[(Text(result, "name"), Text(ratio, "name"))] = (
                        ratio.GetProperty("median").GetDouble(),
                        ratio.GetProperty("min").GetDouble(),
                        ratio.GetProperty("max").GetDouble()
                    );
                }
            }

            return baseline;
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InvalidDataException($"{file} is no report of dxy bench ({fault.Message}); make one with --save {file}", fault);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new InvalidDataException($"the baseline can't be read: {fault.Message}", fault);
        }
    }

    /// <summary>A line a ratio that both runs have: before, now, and whether it moved. Runs of one round have no spread, and say
    /// so.</summary>
    public IEnumerable<string> Compare(IEnumerable<Result> results) =>
        from result in results
        from ratio in result.Ratios
        where _ratios.ContainsKey((result.Name, ratio.Samples.Name))
        let before = _ratios[(result.Name, ratio.Samples.Name)]
        select string.Create(
            CultureInfo.InvariantCulture,
            $"  {result.Name + ": " + ratio.Samples.Name, -70} {before.Median, 8:0.000} -> {ratio.Samples.Median, 8:0.000}  "
                + $"{Moved(before, ratio)}"
        );

    static string Moved((double Median, double Min, double Max) before, Ratio now)
    {
        if (now.Samples.Min <= before.Max && now.Samples.Max >= before.Min)
        {
            return "within the spread";
        }

        var more = now.Samples.Median > before.Median;
        var by = (now.Samples.Median / before.Median) - 1;
        var how =
            now.Aim is not { } aim ? "moved"
            : aim.AtLeast == more ? "BETTER"
            : "WORSE";
        var lone = now.Samples.Values.Count == 1 || before.Min == before.Max ? ", one round: no spread to judge it by" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{how} by {by:+0.0%;-0.0%}{lone}");
    }

    static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() ?? "";
}
