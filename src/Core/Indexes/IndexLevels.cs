using System.Numerics.Tensors;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Core.Indexes;

/// <summary>
/// <see cref="IndexFormula"/> over columns, by the processor's vectors. A vector's logarithm may differ from a single one's in its last
/// bits, so a level that those could round to another eighth place is computed once more by itself: the levels are the same to the last
/// place.
/// </summary>
public static class IndexLevels
{
    // So far the two ways may lie apart, as a share of the level; both are within a few units in the last place (2e-16) of the exact value,
    // a term each.
    const double Tolerance = 1e-13;

    const double Scale = 1e8;

    /// <summary>90,000,000 in units of the eighth place: see <see cref="Price.Round(double)"/>.</summary>
    const double Limit = 9e15;

    /// <param name="definition">The basket.</param>
    /// <param name="closes">A column a component, of one length, all closes finite and above zero.</param>
    /// <returns>Levels in units of the eighth place, half away from zero.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A level can't be a price.</exception>
    public static long[] Compute(IndexDefinition definition, double[][] closes)
    {
        IndexFormula.OfOnePeriod(definition);
        var count = closes[0].Length;
        var (sum, term) = (new double[count], new double[count]);
        for (var i = 0; i < closes.Length; i++)
        {
            TensorPrimitives.Log(closes[i], term);
            TensorPrimitives.MultiplyAdd(term, definition.Components[i].Exponent, sum, sum);
        }

        TensorPrimitives.Exp(sum, sum);
        TensorPrimitives.Multiply(sum, definition.Factor * Scale, sum);
        var levels = new long[count];
        var single = new double[closes.Length];
        for (var n = 0; n < count; n++)
        {
            var scaled = sum[n];
            if (!(scaled < Limit))
            {
                throw new ArgumentOutOfRangeException(nameof(closes), scaled / Scale, "A level has to be finite and under 90,000,000.");
            }

            var below = Math.Floor(scaled);
            levels[n] =
                Math.Abs(scaled - below - 0.5) > scaled * Tolerance
                    ? (long)below + (scaled - below > 0.5 ? 1 : 0)
                    : Single(definition, closes, n, single);
            if (levels[n] <= 0)
            {
                throw new ArgumentOutOfRangeException(nameof(closes), levels[n], "A level has to be above zero at eight places.");
            }
        }

        return levels;
    }

    static long Single(IndexDefinition definition, double[][] closes, int place, double[] single)
    {
        for (var i = 0; i < single.Length; i++)
        {
            single[i] = closes[i][place];
        }

        return (long)(IndexFormula.Level(definition, single) * 100_000_000m);
    }
}
