using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Deriving.Explaining;

/// <summary>One component's part in an index's minute.</summary>
/// <param name="Component">Which.</param>
/// <param name="Close">The close that went in; null when the minute lacks it.</param>
/// <param name="AgeMinutes">How old that close was.</param>
/// <param name="BeforeClose">What went into the bar before.</param>
/// <param name="Points">What its move since the bar before contributed to the index, in index points.</param>
/// <param name="LastBefore">Its newest final bar before the minute.</param>
/// <param name="NextAfter">Its first final bar after the minute.</param>
/// <param name="IsPartial">Whether the minute has a bar of it that isn't final.</param>
public sealed record ComponentPart(
    IndexComponent Component,
    double? Close,
    int AgeMinutes,
    double? BeforeClose,
    double? Points,
    UtcTime? LastBefore,
    UtcTime? NextAfter,
    bool IsPartial
)
{
    /// <summary>The close that stands in the table now where the close that went in came from; null when none does.</summary>
    public double? Standing { get; init; }

    /// <summary>Why what stands there is no close, with what to do; null when it is one, or nothing stands there.</summary>
    public string? Unfit { get; init; }
}
