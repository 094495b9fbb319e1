namespace DxyOrleans.Core.Indexes;

/// <summary>
/// Between which levels an index can have been while each component was between two prices: where all of them were at once at whichever of
/// the two raises, or lowers, the level. No level sampled then lies outside.
/// </summary>
public static class IndexBounds
{
    // A level is rounded to 8 places.
    const decimal Rounding = 0.00000001m;

    /// <param name="definition">The basket of one period.</param>
    /// <param name="lows">The lowest price of each component, above zero, in their order.</param>
    /// <param name="highs">The highest.</param>
    /// <returns>The lowest and the highest level; null where one can't be a price.</returns>
    public static (decimal Low, decimal High)? Of(IndexDefinition definition, ReadOnlySpan<double> lows, ReadOnlySpan<double> highs)
    {
        var (falling, rising) = (new double[lows.Length], new double[lows.Length]);
        for (var i = 0; i < lows.Length; i++)
        {
            (falling[i], rising[i]) = definition.Components[i].Exponent < 0 ? (highs[i], lows[i]) : (lows[i], highs[i]);
        }

        return IndexFormula.TryLevel(definition, falling, out var low) && IndexFormula.TryLevel(definition, rising, out var high)
            ? (low - Rounding, high + Rounding)
            : null;
    }
}
