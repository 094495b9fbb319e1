using System.Collections.Immutable;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>A later period of an index: other weights of the same components. It ends with the next one's beginning.</summary>
/// <param name="Since">The first minute it is valid for.</param>
/// <param name="Factor">Its factor, above zero.</param>
/// <param name="Exponents">An exponent a component, in the components' order.</param>
public sealed record IndexPeriod(UtcTime Since, double Factor, ImmutableArray<double> Exponents)
{
    /// <summary>The period from which on the level goes on as if nothing had changed, at the given closes.</summary>
    /// <param name="before">The definition as it is up to there.</param>
    /// <param name="since">The first minute of the new weights; a whole one, after all of the definition's.</param>
    /// <param name="exponents">The new exponents, in the components' order.</param>
    /// <param name="closes">A close above zero a component, of just before.</param>
    /// <exception cref="ArgumentException">Another number of exponents or closes than components, or no factor comes of them.</exception>
    public static IndexPeriod Continuing(
        IndexDefinition before,
        UtcTime since,
        ImmutableArray<double> exponents,
        ReadOnlySpan<double> closes
    )
    {
        if (exponents.Length != before.Components.Length || closes.Length != before.Components.Length)
        {
            throw new ArgumentException($"{before.Symbol} has {before.Components.Length} components.", nameof(exponents));
        }

        var old = before.At(since - Timeframe.OneMinute);
        var logarithm = Math.Log(old.Factor);
        for (var i = 0; i < closes.Length; i++)
        {
            logarithm += (old.Components[i].Exponent - exponents[i]) * Math.Log(closes[i]);
        }

        var factor = Math.Exp(logarithm);
        return double.IsFinite(factor) && factor > 0
            ? new IndexPeriod(since, factor, exponents)
            : throw new ArgumentException($"No factor above zero comes of these exponents for {before.Symbol}.", nameof(exponents));
    }
}
