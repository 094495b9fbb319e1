namespace DxyOrleans.Migration.Rules;

/// <summary>A batch: how much it dealt with, and the real time until the next could begin.</summary>
public readonly record struct Pace(double Rows, TimeSpan Took);

/// <summary>How fast a step goes, and how long it will yet take.</summary>
/// <param name="PerSecond">Rows a second, real time, the newest batches weighing most.</param>
/// <param name="Left">Until all is done.</param>
/// <param name="Least">The band's near end: two standard errors of the pace, and 5 % for what no batch has shown yet.</param>
/// <param name="Most">The band's far end.</param>
public sealed record RateEstimate(double PerSecond, TimeSpan Left, TimeSpan Least, TimeSpan Most)
{
    /// <summary>A batch this many batches ago weighs half.</summary>
    const double HalfLife = 20;

    const int MinBatches = 3;
    const double Unseen = 0.05;

    /// <summary>From the batches of a step, oldest first; null while there are too few to say, or nobody knows how much there is.</summary>
    public static RateEstimate? Of(IReadOnlyList<Pace> batches, long done, long? total)
    {
        if (batches.Count < MinBatches || total is not { } all)
        {
            return null;
        }

        double weights = 0,
            squares = 0,
            rows = 0,
            seconds = 0;
        for (var i = 0; i < batches.Count; i++)
        {
            var weight = Weight(batches.Count, i);
            weights += weight;
            squares += weight * weight;
            rows += weight * batches[i].Rows;
            seconds += weight * batches[i].Took.TotalSeconds;
        }

        if (rows <= 0 || seconds <= 0)
        {
            return null;
        }

        var pace = seconds / rows;
        var spread = 0.0;
        for (var i = 0; i < batches.Count; i++)
        {
            var off = batches[i].Took.TotalSeconds - (pace * batches[i].Rows);
            spread += Weight(batches.Count, i) * off * off;
        }

        // Relative: the standard error of the weighted mean of what a batch takes.
        var error = Math.Sqrt(spread / weights * squares) / seconds;
        var left = Math.Max(0, all - done) * pace;
        var band = (2 * error) + Unseen;
        return new RateEstimate(1 / pace, Span(left), Span(left * Math.Max(0, 1 - band)), Span(left * (1 + band)));
    }

    static double Weight(int count, int i) => Math.Pow(2, -(count - 1 - i) / HalfLife);

    static TimeSpan Span(double seconds) => TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.FromDays(3650).TotalSeconds));
}
