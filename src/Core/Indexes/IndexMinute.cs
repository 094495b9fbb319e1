using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Indexes;

/// <summary>One derived minute with its provenance.</summary>
/// <param name="Time">The minute's open.</param>
/// <param name="Level">The index level at 8 places.</param>
/// <param name="Closes">The close of each component used, in the components' order.</param>
/// <param name="Ages">How many minutes before <paramref name="Time"/> each close was made.</param>
/// <param name="Rule">The version it was derived by.</param>
public sealed record IndexMinute(UtcTime Time, decimal Level, ImmutableArray<double> Closes, ImmutableArray<int> Ages, IDerivingRule Rule)
{
    /// <summary>Sum of the ages: a row derived from fresher inputs is not replaced by one from staler, so that a vanished input changes
    /// nothing.</summary>
    public int TotalAge => Ages.Sum();

    /// <summary>What was sampled of it; null where its bar is flat.</summary>
    public SampledMinute? Samples { get; init; }

    /// <summary>Whether its close isn't the one that was sampled: an input was corrected, or came late.</summary>
    public bool IsAmended => Samples is { } samples && samples.Last != Level;

    /// <summary>Its bar: flat, or of the samples' open, high and low, the latter two widened to the close where they must be.</summary>
    public Bar ToBar(Series series) => Samples?.ToBar(series, Level) ?? Bar.Flat(series, Time, Level);
}
