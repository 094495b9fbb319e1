using DxyOrleans.Core.Time;

namespace DxyOrleans.Deriving.Due;

/// <summary>Bars that can't be derived while the rest of their window can: they stay due, with the reason, and what is stored of them
/// stands.</summary>
/// <param name="Range">Which, by their open.</param>
/// <param name="Reason">Why, and what to do.</param>
public readonly record struct Parked(TimeRange Range, string Reason);
