namespace DxyOrleans.Core.Bars;

/// <summary>
/// The one rounding of volumes: 18 places, or as many as leave 28 digits in all, half away from zero. A volume of another program's that is
/// none (below 0, or <see cref="Limit"/> and more) is unknown.
/// </summary>
public static class Volume
{
    public const int Places = 18;

    /// <summary>The first volume that isn't taken for one: sums of a week's minutes below it are exact to 18 places in 128 bits.</summary>
    public const decimal Limit = 1_000_000_000_000_000m;

    const int Digits = 28;

    // With 13 places a volume under the limit has at most 28 digits.
    const int AlwaysFits = 13;

    static readonly UInt128 Scale = 1_000_000_000_000_000_000;

    public static bool IsKnown(decimal volume) => volume >= 0 && volume < Limit;

    public static decimal Round(decimal volume) =>
        volume.Scale <= AlwaysFits
            ? volume
            : decimal.Round(volume, Math.Min(Places, Digits - WholeDigits(volume)), MidpointRounding.AwayFromZero);

    /// <summary>The sum, rounded once, at the end.</summary>
    /// <param name="volumes">Known volumes, rounded; up to 100,000.</param>
    public static decimal Sum(IEnumerable<decimal> volumes)
    {
        UInt128 sum = 0;
        foreach (var volume in volumes)
        {
            var whole = decimal.Truncate(volume);
            sum += ((UInt128)whole * Scale) + (UInt128)((volume - whole) * 1_000_000_000_000_000_000m);
        }

        var (units, part) = UInt128.DivRem(sum, Scale);
        var places = Math.Min(Places, Digits - WholeDigits((decimal)units));
        var fraction = decimal.Round((decimal)part / 1_000_000_000_000_000_000m, places, MidpointRounding.AwayFromZero);
        return (decimal)units + fraction;
    }

    static int WholeDigits(decimal volume)
    {
        var digits = 1;
        for (var bound = 10m; volume >= bound; bound *= 10)
        {
            digits++;
        }

        return digits;
    }
}
