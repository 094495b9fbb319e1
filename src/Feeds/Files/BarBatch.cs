using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files;

/// <summary>
/// What a stretch of one file gave, in the file's order. Every file gives at least one batch, so that an empty one is heard of too.
/// </summary>
/// <param name="File">The path; an archive's entry as <c>path!entry</c>.</param>
/// <param name="Bars">The good rows.</param>
/// <param name="Refused">The rows that are no bars, and why.</param>
/// <param name="Repeated">Rows left out because the same bar stands earlier in the file, or in one read before.</param>
/// <param name="PassedOver">Rows left out because nobody asked for them.</param>
/// <param name="Broken">On the last batch of a file: what kept it from being read to its end, or at all; null when nothing did.</param>
public sealed record BarBatch(
    string File,
    IReadOnlyList<Bar> Bars,
    IReadOnlyList<RefusedRow> Refused,
    int Repeated,
    PassedOver PassedOver,
    RefusedRow? Broken
)
{
    /// <summary>Good rows of a table's copy that say they were derived, or are partial: they are to be stored only where nothing
    /// stands.</summary>
    public IReadOnlyList<CopiedBar> Copied { get; init; } = [];

    /// <summary>Rows that are quotes, less one for each bar that was made of them.</summary>
    public int Quotes { get; init; }

    /// <summary>On the last batch of a file: the symbols whose rows were passed over; null when rows don't name theirs.</summary>
    public OtherSymbols? Others { get; init; }

    /// <summary>On the last batch of a file: what is odd about it and refuses nothing.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Rows that this batch has an account of, the header and blank lines not counted.</summary>
    public long Rows => Bars.Count + Copied.Count + Refused.Sum(row => row.Rows) + Repeated + PassedOver.Rows + Quotes;
}

/// <summary>A row of a table's copy.</summary>
/// <param name="Bar">The bar.</param>
/// <param name="IsDerived">Whether it says that it was derived.</param>
/// <param name="Raw">Its provenance as JSON, null where it has none.</param>
public sealed record CopiedBar(Bar Bar, bool IsDerived, string? Raw);

/// <summary>Rows that were read and that nobody asked for, by why.</summary>
/// <param name="OtherSymbols">Of symbols that aren't in the registry, or weren't asked for.</param>
/// <param name="OtherTimeframes">Of timeframes that weren't asked for.</param>
/// <param name="ClosedMarket">Flat bars of volume 0 by which the vendor fills the closed market.</param>
/// <param name="Deleted">Rows that the table had as deleted.</param>
/// <param name="Running">Bars that the vendor says aren't done yet.</param>
public readonly record struct PassedOver(int OtherSymbols, int OtherTimeframes, int ClosedMarket, int Deleted, int Running = 0)
{
    public int Rows => OtherSymbols + OtherTimeframes + ClosedMarket + Deleted + Running;
}
