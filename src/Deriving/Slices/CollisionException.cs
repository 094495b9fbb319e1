using DxyOrleans.Core.Bars;

namespace DxyOrleans.Deriving.Slices;

/// <summary>A row was neither updated nor inserted: another program was faster, or a row that is soft-deleted holds the key of the host's
/// table.</summary>
public sealed class CollisionException(Series target, string table)
    : Exception(
        $"A bar of {target} can't be written to {table}: another program writes it at the same time, or a soft-deleted row of the same "
            + $"version holds its unique key."
    );
