namespace DxyOrleans.Bench.Results;

/// <summary>What the project wants a ratio to be.</summary>
/// <param name="AtLeast">Whether more is better.</param>
/// <param name="Bound">The bound, which itself is still good.</param>
internal readonly record struct Aim(bool AtLeast, double Bound)
{
    public static Aim OfAtLeast(double bound) => new(true, bound);

    public static Aim OfAtMost(double bound) => new(false, bound);

    public bool IsMet(double value) => AtLeast ? value >= Bound : value <= Bound;
}

/// <summary>A figure of ours as a multiple of its floor, and what it should be; <see cref="Aim"/> null: only told.</summary>
internal sealed record Ratio(Samples Samples, Aim? Aim)
{
    /// <summary>Ours by the floor, round by round: the two of a round met the same machine.</summary>
    public static Ratio Of(string name, Samples ours, Samples floor, Aim? aim = null) =>
        new(new Samples(name, "×", [.. ours.Values.Zip(floor.Values, (a, b) => a / b)]), aim);

    public bool? IsMet => Aim?.IsMet(Samples.Median);
}
