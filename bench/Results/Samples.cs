namespace DxyOrleans.Bench.Results;

/// <summary>One quantity, measured several times.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Unit">Its unit, as it is printed.</param>
/// <param name="Values">At least one value, in the order they were measured.</param>
internal sealed record Samples(string Name, string Unit, IReadOnlyList<double> Values)
{
    public double Median => Percentile(0.5);

    public double Min => Values.Min();

    public double Max => Values.Max();

    /// <summary>Linear between the two nearest values; <paramref name="share"/> is 0 to 1.</summary>
    public double Percentile(double share)
    {
        var sorted = Values.Order().ToArray();
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (place - below));
    }

    /// <summary>One percentile as a quantity of its own.</summary>
    public Samples At(string name, double share) => new(name, Unit, [Percentile(share)]);
}
