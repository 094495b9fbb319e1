using System.Collections.Immutable;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Comparing;

/// <summary>One moment of two series.</summary>
/// <param name="Time">The bar's open.</param>
/// <param name="Own">Our value.</param>
/// <param name="Other">The other's.</param>
public readonly record struct ComparedPoint(UtcTime Time, decimal Own, decimal Other)
{
    /// <summary>Ours less the other's.</summary>
    public decimal Error => Own - Other;
}

/// <summary>The errors of the points that open in one hour of the day.</summary>
/// <param name="Hour">0 to 23, UTC.</param>
/// <param name="Figures">Their figures.</param>
public sealed record HourErrors(int Hour, ErrorFigures Figures);

/// <summary>A series against an independent one of the same steps. Pure.</summary>
public sealed record SeriesComparison
{
    /// <summary>How many of the worst points are kept.</summary>
    public const int MaxWorst = 10;

    // Fewer pairs of neighbours say nothing of a correlation or of a shift.
    const int Few = 20;

    /// <summary>Points that both have, ascending.</summary>
    public required ImmutableArray<ComparedPoint> Points { get; init; }

    /// <summary>Null when they have no point in common.</summary>
    public ErrorFigures? Figures { get; init; }

    /// <summary>The largest errors, the largest first.</summary>
    public ImmutableArray<ComparedPoint> Worst { get; init; } = [];

    /// <summary>The hours that have points, ascending.</summary>
    public ImmutableArray<HourErrors> ByHour { get; init; } = [];

    /// <summary>Points that we alone have between the other's first and last.</summary>
    public int OwnAlone { get; init; }

    /// <summary>Points that the other alone has.</summary>
    public int OtherAlone { get; init; }

    /// <summary>
    /// How the two move together from one step to the next, -1 to 1: what can be asked of a series on another level, as of a future.
    /// Null where there are too few.
    /// </summary>
    public double? StepCorrelation { get; init; }

    /// <summary>
    /// By how much the other's times would have to be moved for the errors to be less than half as large: a wrong zone, or bars
    /// named by their end. Zero where they lie well.
    /// </summary>
    public TimeSpan BetterShift { get; init; }

    /// <param name="own">Our values by their bars' opens.</param>
    /// <param name="other">The other's.</param>
    /// <param name="step">The time from one bar's open to the next.</param>
    public static SeriesComparison Of(IReadOnlyDictionary<UtcTime, decimal> own, IReadOnlyDictionary<UtcTime, decimal> other, TimeSpan step)
    {
        var points = other
            .Where(one => own.ContainsKey(one.Key))
            .Select(one => new ComparedPoint(one.Key, own[one.Key], one.Value))
            .OrderBy(point => point.Time)
            .ToImmutableArray();
        var span = other.Count == 0 ? default : new TimeRange(other.Keys.Min(), other.Keys.Max() + step);
        var comparison = new SeriesComparison
        {
            Points = points,
            OwnAlone = own.Keys.Count(time => span.Contains(time) && !other.ContainsKey(time)),
            OtherAlone = other.Count - points.Length,
            BetterShift = Shift(own, other, step),
        };
        return points.IsEmpty
            ? comparison
            : comparison with
            {
                Figures = Figured(points),
                Worst = [.. points.OrderByDescending(point => Math.Abs(point.Error)).ThenBy(point => point.Time).Take(MaxWorst)],
                ByHour =
                [
                    .. points
                        .GroupBy(point => point.Time.ToDateTime().Hour)
                        .OrderBy(hour => hour.Key)
                        .Select(hour => new HourErrors(hour.Key, Figured(hour))),
                ],
                StepCorrelation = Correlation(points, step),
            };
    }

    static ErrorFigures Figured(IEnumerable<ComparedPoint> points) => ErrorFigures.Of([.. points.Select(point => (double)point.Error)]);

    static double? Correlation(ImmutableArray<ComparedPoint> points, TimeSpan step)
    {
        var moves = points
            .Zip(points.Skip(1))
            .Where(pair => pair.Second.Time - pair.First.Time == step)
            .Select(pair => (Own: (double)(pair.Second.Own - pair.First.Own), Other: (double)(pair.Second.Other - pair.First.Other)))
            .ToList();
        if (moves.Count < Few)
        {
            return null;
        }

        var (mean, otherMean) = (moves.Average(move => move.Own), moves.Average(move => move.Other));
        var together = moves.Sum(move => (move.Own - mean) * (move.Other - otherMean));
        var apart = Math.Sqrt(moves.Sum(move => Square(move.Own - mean)) * moves.Sum(move => Square(move.Other - otherMean)));
        return apart > 0 ? together / apart : null;
    }

    static double Square(double value) => value * value;

    // A step or two, for bars that are named otherwise; whole hours, for zones.
    static TimeSpan Shift(IReadOnlyDictionary<UtcTime, decimal> own, IReadOnlyDictionary<UtcTime, decimal> other, TimeSpan step)
    {
        var shifts = Enumerable
            .Range(-2, 5)
            .Select(steps => steps * step)
            .Concat(Enumerable.Range(-14, 29).Select(hours => TimeSpan.FromHours(hours)))
            .Distinct()
            .Select(shift => (Shift: shift, Mean: Mean(own, other, shift)))
            .ToList();
        var best = shifts.Where(one => one.Mean is not null).OrderBy(one => one.Mean).ThenBy(one => one.Shift.Duration()).FirstOrDefault();
        var stands = shifts.Find(one => one.Shift == TimeSpan.Zero).Mean;
        return best.Mean is null || (stands is { } mean && best.Mean >= mean / 2) ? TimeSpan.Zero : best.Shift;
    }

    static double? Mean(IReadOnlyDictionary<UtcTime, decimal> own, IReadOnlyDictionary<UtcTime, decimal> other, TimeSpan shift)
    {
        var (sum, count) = (0.0, 0);
        foreach (var (time, value) in other)
        {
            if (own.TryGetValue(time + shift, out var there))
            {
                sum += Math.Abs((double)(there - value));
                count++;
            }
        }

        return count < Few || count < other.Count / 2 ? null : sum / count;
    }
}
