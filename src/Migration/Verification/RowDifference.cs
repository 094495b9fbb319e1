using DxyOrleans.Core.Time;

namespace DxyOrleans.Migration.Verification;

/// <summary>What is the matter with one bar.</summary>
public enum RowDifferenceKind
{
    /// <summary>In the old table and not in the new one.</summary>
    Missing,

    /// <summary>In the new table and not in the old one.</summary>
    Extra,

    /// <summary>In both, with other values.</summary>
    Different,

    /// <summary>One of the former, and the run was told to keep the new table's bar.</summary>
    Explained,

    /// <summary>Parity: the components give another close than the one stored.</summary>
    Deviating,

    /// <summary>Parity: the components of today give nothing; the bar can't be judged.</summary>
    InputsGone,

    /// <summary>Parity: the bar agrees with the components it recorded, which were changed since.</summary>
    InputsDiffer,

    /// <summary>Parity: the components give a bar that neither table holds.</summary>
    NotStored,
}

/// <summary>A bar's business columns as PostgreSQL prints them: a host's numbers may be longer than <c>decimal</c>, or none.</summary>
public sealed record RowValues(
    string? Open,
    string? High,
    string? Low,
    string? Close,
    string? Vol,
    string? Vwap,
    string? TradeCount,
    string? IsPartial
)
{
    internal static RowValues? Of(string?[]? values) =>
        values is null ? null : new(values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7]);
}

/// <summary>One bar that is not the same everywhere.</summary>
/// <param name="Time">The bar's open.</param>
/// <param name="Kind">What is the matter.</param>
/// <param name="Source">The old table's values, null when it has none.</param>
/// <param name="Target">The new table's values, null when it has none.</param>
/// <param name="Recomputed">Parity: the close that the components give, null when none.</param>
public sealed record RowDifference(UtcTime Time, RowDifferenceKind Kind, RowValues? Source, RowValues? Target, string? Recomputed = null);
