using System.Collections.Immutable;
using DxyOrleans.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Deriving.Explaining;

/// <summary>An index's minute taken apart, or why there is none.</summary>
/// <param name="Index">The index.</param>
/// <param name="Time">The minute's open.</param>
/// <param name="Stored">The stored bar; null when it is missing.</param>
/// <param name="Before">The stored bar before it.</param>
/// <param name="Rule">The rule by which it is judged: that of the stored row, else the index's.</param>
/// <param name="Recomputed">What its inputs give, as the table can hold it; null where they give nothing.</param>
/// <param name="Components">Each component's part, in their order.</param>
/// <param name="Status">How it is, in one sentence.</param>
/// <param name="Todo">What would mend it; empty where nothing is to be mended.</param>
/// <param name="Corrections">How often its stored value was replaced.</param>
public sealed record MinuteExplanation(
    IndexDefinition Index,
    UtcTime Time,
    StoredBar? Stored,
    StoredBar? Before,
    IDerivingRule Rule,
    decimal? Recomputed,
    ImmutableArray<ComponentPart> Components,
    string Status,
    string Todo,
    int Corrections
);
