namespace DxyOrleans.Core.Bars;

/// <summary>The one rounding of prices: 8 places, half away from zero, as <c>numeric(20,8)</c> rounds; so memory and row are
/// equal.</summary>
public static class Price
{
    public const int Places = 8;

    /// <summary>The first value that <c>numeric(20,8)</c> can't hold.</summary>
    public const decimal Limit = 1_000_000_000_000m;

    const double Scale = 1e8;

    /// <summary>Whether a number can be a price at all: finite, above zero, under <see cref="Limit"/>.</summary>
    public static bool IsOne(double price) => price > 0 && price < (double)Limit;

    public static decimal Round(decimal value) => decimal.Round(value, Places, MidpointRounding.AwayFromZero);

    /// <summary>
    /// Rounds a double without passing through <c>(decimal)value</c>, which keeps 15 digits only and would round twice.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Not finite, or 90,000,000 or more in magnitude (beyond it a double has no 8 exact
    /// places).</exception>
    public static decimal Round(double value)
    {
        if (!(Math.Abs(value) < 90_000_000))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, "A price from arithmetic has to be finite and under 90,000,000.");
        }

        var scaled = (long)Math.Round(value * Scale, MidpointRounding.AwayFromZero);
        var magnitude = Math.Abs(scaled);
        return new decimal(unchecked((int)magnitude), unchecked((int)(magnitude >> 32)), 0, scaled < 0, Places);
    }
}
