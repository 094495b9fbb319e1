using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Simulated;

/// <summary>A bar that does not come as ticks in its own minute.</summary>
/// <param name="DeliveredAt">When it arrives; after the bar's end.</param>
/// <param name="Bar">The final bar.</param>
/// <param name="IsCorrection">True for a bar that came before with other values, false for a late one that comes for the first
/// time.</param>
public sealed record Delivery(UtcTime DeliveredAt, Bar Bar, bool IsCorrection);
