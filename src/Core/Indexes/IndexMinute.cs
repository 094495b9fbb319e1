using System.Collections.Immutable;
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
}
