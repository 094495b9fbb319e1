using DxyOrleans.Core.Bars;

namespace DxyOrleans.Core.Indexes;

/// <summary>The geometric basket: <c>factor × Π closeᵢ^exponentᵢ</c>, computed as <c>factor × exp(Σ exponentᵢ·ln closeᵢ)</c> in
/// double.</summary>
public static class IndexFormula
{
    /// <summary>The first level that has no 8 exact places in a double.</summary>
    const double Limit = 90_000_000;

    /// <param name="definition">The basket.</param>
    /// <param name="closes">One close above zero a component, in the components' order.</param>
    /// <returns>The index level at 8 places.</returns>
    /// <exception cref="ArgumentException">Another number of closes than components.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A close is not a finite number above zero, or the level can't be a price.</exception>
    public static decimal Level(IndexDefinition definition, ReadOnlySpan<double> closes)
    {
        OfOnePeriod(definition);
        var components = definition.Components.AsSpan();
        if (closes.Length != components.Length)
        {
            throw new ArgumentException(
                $"{definition.Symbol} has {components.Length} components, {closes.Length} closes came.",
                nameof(closes)
            );
        }

        var logarithm = 0.0;
        for (var i = 0; i < closes.Length; i++)
        {
            if (!(closes[i] > 0) || double.IsInfinity(closes[i]))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(closes),
                    closes[i],
                    $"The close of {components[i].Symbol} has to be above zero."
                );
            }

            logarithm += components[i].Exponent * Math.Log(closes[i]);
        }

        return Price.Round(definition.Factor * Math.Exp(logarithm));
    }

    /// <summary>The same; false where the level can't be a price: not above zero at 8 places, or 90,000,000 and more.</summary>
    /// <exception cref="ArgumentException">Another number of closes than components, or a close that is none.</exception>
    public static bool TryLevel(IndexDefinition definition, ReadOnlySpan<double> closes, out decimal level)
    {
        OfOnePeriod(definition);
        var sum = 0.0;
        for (var i = 0; i < closes.Length; i++)
        {
            sum += definition.Components[i].Exponent * Math.Log(closes[i]);
        }

        level = definition.Factor * Math.Exp(sum) < Limit ? Level(definition, closes) : 0;
        return level > 0;
    }

    /// <summary>Weights are those of a time: whoever has a definition with several periods asks it for that time's.</summary>
    /// <exception cref="ArgumentException">It has several.</exception>
    internal static void OfOnePeriod(IndexDefinition definition)
    {
        if (!definition.Later.IsEmpty)
        {
            throw new ArgumentException(
                $"{definition.Symbol} has periods; its level is computed by IndexDefinition.At.",
                nameof(definition)
            );
        }
    }

    /// <summary>What one component's move contributed to the index's move, in natural log points: <c>exponent × ln(now /
    /// before)</c>.</summary>
    public static double Contribution(IndexComponent component, decimal before, decimal now) =>
        component.Exponent * Math.Log((double)now / (double)before);
}
