using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Migration.Rules;

/// <summary>A bar's prices as a table may hold them: not yet known to be sensible, NaN included.</summary>
public readonly record struct PricePoint(UtcTime Time, double Low, double High, double Close);

/// <summary>A price that is not plausible, or can't be told to be.</summary>
/// <param name="Time">The bar's open.</param>
/// <param name="Verdict">FAIL, or WARN where it may be true.</param>
/// <param name="What">What is the matter, with the numbers.</param>
public readonly record struct PriceFault(UtcTime Time, GateVerdict Verdict, string What);

/// <summary>
/// Which prices are plausible: by bounds, by the return from one minute to the next beside those of the minutes before, and by the move
/// that the components' closes imply. A day's low and high can't tell one bad print; a move that the components made too is none.
/// </summary>
public static class PriceRules
{
    /// <summary>A return that no minute of an index of currencies has: 5 %.</summary>
    public const double Impossible = 0.05;

    /// <summary>A return worth a look even when the components made it: 1 %.</summary>
    public const double Remarkable = 0.01;

    /// <summary>How far a return may lie from the one its components imply, and below which none is looked at: 0.1 %.</summary>
    public const double Tolerance = 0.001;

    /// <summary>How many scaled median absolute deviations a return may lie from nothing.</summary>
    public const double Deviations = 12;

    // Returns before the judged one that it is held against.
    const int Rolling = 60;

    // A median absolute deviation times this is a standard deviation, were the returns normal.
    const double Scale = 1.4826;

    /// <summary>The lowest and highest plausible price: for the dollar index 50 to 200, outside what it ever was (70.698 in 2008, 164.72 in
    /// 1985).</summary>
    public static (double Floor, double Ceiling) Bounds(Symbol symbol) =>
        symbol == IndexDefinition.Dxy.Symbol ? (50, 200) : (0, (double)Price.Limit);

    /// <summary>Judges bars, ascending; returns over more than an hour, as over a weekend, are not judged.</summary>
    /// <param name="bars">Bars before <paramref name="from"/> are what the others are held against.</param>
    /// <param name="implied">What the components' closes give for a minute, where they give anything.</param>
    /// <param name="bounds">The lowest and highest plausible price.</param>
    /// <param name="from">The first minute judged.</param>
    public static IEnumerable<PriceFault> Faults(
        IReadOnlyList<PricePoint> bars,
        IReadOnlyDictionary<UtcTime, decimal> implied,
        (double Floor, double Ceiling) bounds,
        UtcTime from
    )
    {
        var returns = new Queue<double>(Rolling);
        PricePoint? last = null;
        foreach (var bar in bars)
        {
            // Comparing so that NaN, which is neither below nor above anything, is out of bounds.
            if (!(bar.Low > 0 && bar.Low >= bounds.Floor && bar.High <= bounds.Ceiling && bar.Close >= bar.Low && bar.Close <= bar.High))
            {
                if (bar.Time >= from)
                {
                    yield return new PriceFault(
                        bar.Time,
                        GateVerdict.Fail,
                        FormattableString.Invariant(
                            $"{bar.Low:0.####} to {bar.High:0.####}; {bounds.Floor:0} to {bounds.Ceiling:0} is plausible"
                        )
                    );
                }

                continue;
            }

            if (last is { } before && bar.Time - before.Time <= TimeSpan.FromHours(1))
            {
                var made = Math.Log(bar.Close / before.Close);
                double? asked =
                    implied.TryGetValue(before.Time, out var start) && implied.TryGetValue(bar.Time, out var end)
                        ? Math.Log((double)end / (double)start)
                        : null;
                if (bar.Time >= from && Judge(made, asked, returns) is { } verdict)
                {
                    yield return new PriceFault(
                        bar.Time,
                        verdict,
                        FormattableString.Invariant($"moved by {made:P3}")
                            + (
                                asked is { } move
                                    ? FormattableString.Invariant($", its components by {move:P3}")
                                    : "; what its components did is not known"
                            )
                    );
                }

                if (returns.Count == Rolling)
                {
                    returns.Dequeue();
                }

                returns.Enqueue(made);
            }

            last = bar;
        }
    }

    static GateVerdict? Judge(double made, double? implied, Queue<double> before) =>
        Math.Abs(made) switch
        {
            > Impossible => GateVerdict.Fail,
            _ when implied is { } move && Math.Abs(made - move) > Tolerance => GateVerdict.Fail,
            > Remarkable => GateVerdict.Warn,
            > Tolerance and var size when implied is null && size > Deviations * Scale * Deviation(before) => GateVerdict.Warn,
            _ => null,
        };

    // The median of the returns' sizes: their median is next to nothing, and is left out of it.
    static double Deviation(Queue<double> returns)
    {
        if (returns.Count == 0)
        {
            return 0;
        }

        var sizes = returns.Select(Math.Abs).Order().ToArray();
        return (sizes[(sizes.Length - 1) / 2] + sizes[sizes.Length / 2]) / 2;
    }
}
