using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Simulated;

/// <summary>A stretch in which a pair is silent though the market is open.</summary>
public readonly record struct SimulatedGap(Symbol Symbol, TimeRange Range);
