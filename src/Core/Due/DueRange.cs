using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Due;

/// <summary>A piece of due work as it stands in the table: bars of one target that open in <see cref="Range"/>.</summary>
/// <param name="Id">Its row.</param>
/// <param name="Range">Which bars, by their open, <c>[from, to)</c>.</param>
/// <param name="Version">The deriving version asked for; null: the one the stored row carries, or the index's own.</param>
/// <param name="Prune">Whether stored bars the rule no longer gives are to be removed.</param>
/// <param name="Attempts">How often it failed before.</param>
/// <param name="Gone">Whether inputs of it were deleted, and have had their time to come back: what they made is made of the rest.</param>
public sealed record DueRange(long Id, TimeRange Range, int? Version, bool Prune, int Attempts, bool Gone = false);
