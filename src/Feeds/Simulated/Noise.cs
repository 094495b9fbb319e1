namespace DxyOrleans.Feeds.Simulated;

/// <summary>
/// Chance as a pure function of where it is asked: the same number for the same place, in any order, in any process. Uses integer
/// arithmetic, and of floating point only what IEEE 754 defines to the last bit.
/// </summary>
readonly record struct Noise(ulong Seed)
{
    /// <summary>Another, independent source; one for each purpose.</summary>
    public Noise Of(string purpose)
    {
        var seed = Seed;
        foreach (var c in purpose)
        {
            seed = Mix(seed ^ c);
        }

        return new Noise(Mix(seed));
    }

    /// <summary>An evenly distributed number in [0, 1).</summary>
    public double At(long place) => (Mix(Seed ^ Mix(unchecked((ulong)place))) >> 11) * (1.0 / (1UL << 53));

    public double At(long place, int part) => new Noise(Mix(Seed ^ Mix(unchecked((ulong)place)))).At(part);

    /// <summary>A smooth curve through a number in [-1, 1) every <paramref name="period"/> ticks.</summary>
    public double Wave(long ticks, long period)
    {
        var cell = Math.DivRem(ticks, period, out var into);
        var x = (double)into / period;
        var eased = x * x * (3 - (2 * x));
        var left = (2 * At(cell)) - 1;
        var right = (2 * At(cell + 1)) - 1;
        return left + ((right - left) * eased);
    }

    // The finaliser of SplitMix64 (Steele, Lea, Flood 2014), whose every output bit depends on every input bit.
    static ulong Mix(ulong z)
    {
        unchecked
        {
            z += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }
}
