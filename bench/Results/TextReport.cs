using System.Globalization;

namespace DxyOrleans.Bench.Results;

/// <summary>Results for people: ratios first, absolute figures after.</summary>
internal static class TextReport
{
    public static void WriteMachine(TextWriter output, IReadOnlyDictionary<string, string> machine)
    {
        foreach (var (name, value) in machine)
        {
            output.WriteLine($"{name, -12} {value}");
        }
    }

    public static void Write(TextWriter output, Result result)
    {
        output.WriteLine();
        output.WriteLine(result.Name);
        foreach (var ratio in result.Ratios)
        {
            output.WriteLine($"  {Line(ratio.Samples)}{Aim(ratio)}");
        }

        if (result.Ratios.Count > 0)
        {
            output.WriteLine();
        }

        foreach (var figure in result.Figures)
        {
            output.WriteLine($"  {Line(figure)}");
        }

        foreach (var note in result.Notes)
        {
            output.WriteLine($"  - {note}");
        }
    }

    static string Line(Samples samples)
    {
        var spread = samples.Values.Count > 1 ? $"({Number(samples.Min)} - {Number(samples.Max)}, n {samples.Values.Count})" : "";
        return $"{samples.Name, -62} {Number(samples.Median), 10} {samples.Unit, -8} {spread}".TrimEnd();
    }

    static string Aim(Ratio ratio) =>
        ratio.Aim is { } aim
            ? $"  aim {(aim.AtLeast ? "at least" : "at most")} {Number(aim.Bound)}: {(ratio.IsMet == true ? "met" : "NOT met")}"
            : "";

    static string Number(double value) =>
        value.ToString(
            Math.Abs(value) switch
            {
                >= 1000 => "N0",
                >= 100 => "0",
                >= 10 => "0.0",
                >= 1 => "0.00",
                _ => "0.000",
            },
            CultureInfo.InvariantCulture
        );
}
