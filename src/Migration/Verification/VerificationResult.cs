using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Migration.Verification;

/// <summary>A comparison of the old table's 1m bars of a symbol with the new one's, as far as it is.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Run">The run it was made for; null for none. The run's kept conflicts explain differences.</param>
/// <param name="Symbol">Whose bars.</param>
/// <param name="Scope">What is compared.</param>
/// <param name="Range">Bars, by their open.</param>
/// <param name="State">How far it is, or what it said.</param>
/// <param name="Compared">Bars of either table that were compared.</param>
/// <param name="Missing">In the old table and not in the new one.</param>
/// <param name="Extra">In the new table and not in the old one.</param>
/// <param name="Different">In both with other values; under <see cref="VerificationScope.Parity"/> also those whose recomputation
/// deviates.</param>
/// <param name="Explained">Kept on the run's order; in none of the other counts.</param>
/// <param name="Samples">A few of each kind.</param>
/// <param name="StartedAt">Market time of the snapshot: what was written later is newer.</param>
/// <param name="FinishedAt">Market time; null while it runs.</param>
public sealed record VerificationResult(
    long Id,
    string? Run,
    Symbol Symbol,
    VerificationScope Scope,
    TimeRange Range,
    VerificationState State,
    long Compared,
    long Missing,
    long Extra,
    long Different,
    long Explained,
    IReadOnlyList<RowDifference> Samples,
    UtcTime StartedAt,
    UtcTime? FinishedAt
)
{
    /// <summary>What a reader has to know to judge it: what was trusted, or why nothing was compared; null when there is nothing to
    /// say.</summary>
    public string? Note { get; init; }

    /// <summary>Up to where bars are compared.</summary>
    public UtcTime Position { get; init; }

    /// <summary>Parity only: what the recomputation came to.</summary>
    public RecomputationCounts Recomputation { get; init; } = new();
}

/// <summary>What comparing stored bars with their recomputation came to.</summary>
public sealed record RecomputationCounts
{
    /// <summary>Bars that both tables hold alike and whose close is the recomputed one.</summary>
    public long Agreeing { get; init; }

    /// <summary>Bars with another close though the components are those of then, or nobody recorded which they were.</summary>
    public long Deviating { get; init; }

    /// <summary>Bars whose components are gone.</summary>
    public long InputsGone { get; init; }

    /// <summary>Bars that agree with the components they recorded, which were changed since.</summary>
    public long InputsDiffer { get; init; }

    /// <summary>Bars that the components give and neither table holds: the tables agree, so it is only told.</summary>
    public long NotStored { get; init; }
}
