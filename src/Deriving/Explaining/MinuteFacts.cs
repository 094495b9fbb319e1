using DxyOrleans.Bars;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Deriving.Explaining;

/// <summary>What was read of a minute in one snapshot.</summary>
/// <param name="Table">The table that its bars are read from.</param>
/// <param name="Now">Market time.</param>
/// <param name="Stored">The stored bar.</param>
/// <param name="Before">The stored bar before it, if it can be read as one.</param>
/// <param name="BeforeTime">The open of the row before it.</param>
/// <param name="IsDue">Whether it is due, or an input of it recorded as changed.</param>
/// <param name="Reason">Why the work on it was parked; null where it wasn't.</param>
/// <param name="Corrections">How often its stored value was replaced.</param>
/// <param name="Components">A component each, in their order.</param>
sealed record MinuteFacts(
    BarTable Table,
    UtcTime Now,
    StoredBar? Stored,
    StoredBar? Before,
    UtcTime? BeforeTime,
    bool IsDue,
    string? Reason,
    int Corrections,
    IReadOnlyList<ComponentFacts> Components
);

/// <summary>A component's rows that a minute depends on.</summary>
/// <param name="At">Around the minute.</param>
/// <param name="From">Around the minute that its close is of, which is the same one unless closes are carried.</param>
/// <param name="Age">How many minutes lie between the two.</param>
/// <param name="BeforeClose">Its close in the minute of the bar before.</param>
sealed record ComponentFacts(ComponentAround At, ComponentAround From, int Age, double? BeforeClose);

/// <summary>A component's rows around a minute.</summary>
/// <param name="Close">Its close there; null when there is none.</param>
/// <param name="Unfit">Why what stands there is none.</param>
/// <param name="IsPartial">Whether only partial rows stand there.</param>
/// <param name="Last">Its newest final bar before.</param>
/// <param name="Next">Its first final bar after.</param>
sealed record ComponentAround(double? Close, string? Unfit, bool IsPartial, UtcTime? Last, UtcTime? Next);
