using DxyOrleans.Core.Bars;

namespace DxyOrleans.Core.Indexes;

/// <summary>The geometric basket: <c>factor × Π closeᵢ^exponentᵢ</c>, computed as <c>factor × exp(Σ exponentᵢ·ln closeᵢ)</c> in double.</summary>
public static class IndexFormula
{
    /// <param name="definition">The basket.</param>
    /// <param name="closes">One close above zero a component, in the components' order.</param>
    /// <returns>The index level at 8 places.</returns>
    /// <exception cref="ArgumentException">Another number of closes than components.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A close is not a finite number above zero, or the level can't be a price.</exception>
    public static decimal Level(IndexDefinition definition, ReadOnlySpan<double> closes)
    {
        var components = definition.Components.AsSpan();
        if (closes.Length != components.Length)
        {
            throw new ArgumentException($"{definition.Symbol} has {components.Length} components, {closes.Length} closes came.", nameof(closes));
        }

        var logarithm = 0.0;
        for (var i = 0; i < closes.Length; i++)
        {
            if (!(closes[i] > 0) || double.IsInfinity(closes[i]))
            {
                throw new ArgumentOutOfRangeException(nameof(closes), closes[i], $"The close of {components[i].Symbol} has to be above zero.");
            }

            logarithm += components[i].Exponent * Math.Log(closes[i]);
        }

        return Price.Round(definition.Factor * Math.Exp(logarithm));
    }

    /// <summary>What one component's move contributed to the index's move, in natural log points: <c>exponent × ln(now / before)</c>.</summary>
    public static double Contribution(IndexComponent component, decimal before, decimal now) =>
        component.Exponent * Math.Log((double)now / (double)before);
}
