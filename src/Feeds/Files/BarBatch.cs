using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files;

/// <summary>
/// What a stretch of one file gave, in the file's order. Every file gives at least one batch, so that an empty one is heard of too.
/// </summary>
/// <param name="File">The path; an archive's entry as <c>path!entry</c>.</param>
/// <param name="Bars">The good rows.</param>
/// <param name="Refused">The rows that are no bars, and why.</param>
/// <param name="Repeated">Rows left out because the same bar stands earlier in the file.</param>
/// <param name="PassedOver">Rows left out because only another symbol was asked for.</param>
/// <param name="Broken">On the last batch of a file: what kept it from being read to its end, or at all; null when nothing did.</param>
public sealed record BarBatch(
    string File, IReadOnlyList<Bar> Bars, IReadOnlyList<RefusedRow> Refused, int Repeated, int PassedOver, RefusedRow? Broken)
{
    /// <summary>Rows read, the header and blank lines not counted.</summary>
    public int Rows => Bars.Count + Refused.Count + Repeated + PassedOver;
}
