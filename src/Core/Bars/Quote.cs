using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Bars;

/// <summary>One tick of a symbol: a price at an instant. Which side of the market it is (bid, mid) is the feed's choice and the same for
/// all its ticks.</summary>
public readonly record struct Quote(UtcTime Time, decimal Price);
