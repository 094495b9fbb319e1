using DxyOrleans.Core.Bars;

namespace DxyOrleans.Core.Indexes;

/// <summary>Why minutes that had some input gave no index bar: the component that was missing, and in how many minutes it was the first
/// missing.</summary>
public readonly record struct SkipCause(Symbol Missing, int Minutes);
