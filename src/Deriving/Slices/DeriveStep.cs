namespace DxyOrleans.Deriving.Slices;

/// <summary>The named points of a deriving transaction.</summary>
public enum DeriveStep
{
    /// <summary>The target is locked and its due rows are taken.</summary>
    Taken,

    /// <summary>The inputs are read and the bars computed.</summary>
    Read,

    /// <summary>The first table is written; under dual write the second is not.</summary>
    FirstWritten,

    /// <summary>The bars are written and the due rows deleted, uncommitted.</summary>
    Written,

    /// <summary>It is committed.</summary>
    Committed,
}
