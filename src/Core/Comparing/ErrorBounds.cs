using System.Globalization;

namespace DxyOrleans.Core.Comparing;

/// <summary>What a comparison may show at most, each in the unit of the prices; null: any.</summary>
public sealed record ErrorBounds
{
    public double? MeanAbsolute { get; init; }

    public double? P95 { get; init; }

    public double? P99 { get; init; }

    public double? Max { get; init; }

    /// <summary>Of the bias, whichever its sign.</summary>
    public double? Bias { get; init; }

    /// <summary>The bounds that the figures break, a sentence each; a figure that is equal to its bound keeps it.</summary>
    public IReadOnlyList<string> Broken(ErrorFigures figures)
    {
        (string Name, double Figure, double? Bound)[] all =
        [
            ("the mean absolute error", figures.MeanAbsolute, MeanAbsolute),
            ("p95", figures.P95, P95),
            ("p99", figures.P99, P99),
            ("the largest error", figures.Max, Max),
            ("the bias", Math.Abs(figures.Bias), Bias),
        ];
        return
        [
            .. all.Where(one => one.Figure > one.Bound)
                .Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Name} is {one.Figure:0.########}, above {one.Bound}")),
        ];
    }
}
