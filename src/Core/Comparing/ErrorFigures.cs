namespace DxyOrleans.Core.Comparing;

/// <summary>How far one series lies from another. An error is ours less the other's, in the unit of the prices.</summary>
/// <param name="Count">Points compared, 1 or more.</param>
/// <param name="MeanAbsolute">The mean of the absolute errors.</param>
/// <param name="Median">Their median.</param>
/// <param name="P95">The absolute error that 95 % don't exceed, between two ranks in proportion.</param>
/// <param name="P99">The same of 99 %.</param>
/// <param name="Max">The largest absolute error.</param>
/// <param name="RootMeanSquare">The root of the mean square.</param>
/// <param name="Bias">The mean error with its sign: above zero where ours is higher.</param>
public sealed record ErrorFigures(
    int Count,
    double MeanAbsolute,
    double Median,
    double P95,
    double P99,
    double Max,
    double RootMeanSquare,
    double Bias
)
{
    /// <exception cref="ArgumentException">There is no error to judge.</exception>
    public static ErrorFigures Of(IReadOnlyCollection<double> errors)
    {
        if (errors.Count == 0)
        {
            throw new ArgumentException("There is nothing to compare.", nameof(errors));
        }

        var absolute = errors.Select(Math.Abs).Order().ToArray();
        return new ErrorFigures(
            absolute.Length,
            absolute.Average(),
            Quantile(absolute, 0.50),
            Quantile(absolute, 0.95),
            Quantile(absolute, 0.99),
            absolute[^1],
            Math.Sqrt(absolute.Sum(error => error * error) / absolute.Length),
            errors.Average()
        );
    }

    static double Quantile(double[] ascending, double share)
    {
        var place = share * (ascending.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, ascending.Length - 1);
        return ascending[below] + ((place - below) * (ascending[above] - ascending[below]));
    }
}
