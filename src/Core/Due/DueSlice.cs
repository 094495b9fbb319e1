using System.Collections.Immutable;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Due;

/// <summary>
/// What one transaction takes on: a window of bars, the due rows it settles wholly, and those that stay due from the window's end.
/// </summary>
/// <param name="Window">Bars to compute, by their open.</param>
/// <param name="Settled">Ids of the rows that end within the window.</param>
/// <param name="Continued">Ids of the rows that reach beyond it.</param>
/// <param name="Version">The version asked for by all of them.</param>
/// <param name="Prune">Whether they ask to prune.</param>
/// <param name="Attempts">The most often any of them failed.</param>
/// <param name="Gone">Whether they are about inputs that were deleted.</param>
public sealed record DueSlice(
    TimeRange Window,
    ImmutableArray<long> Settled,
    ImmutableArray<long> Continued,
    int? Version,
    bool Prune,
    int Attempts,
    bool Gone = false
)
{
    /// <summary>The rule asked for; null: stored rows keep theirs.</summary>
    /// <exception cref="ArgumentOutOfRangeException">This build has no such version.</exception>
    public IDerivingRule? Rule => Version is { } number ? DerivingRules.Of(number) : null;

    /// <summary>Rows further apart than this are not taken together: computing what lies between would cost more than another
    /// transaction.</summary>
    static readonly TimeSpan Together = TimeSpan.FromHours(1);

    /// <summary>Chooses the next slice, or null when nothing of it is ripe.</summary>
    /// <param name="due">Rows in the order they should be worked on; the first leads, and of those after it that ask for the same the ones
    /// near by join it. None passes one that asks for something else.</param>
    /// <param name="ripeEnd">The first instant whose bar is not ripe.</param>
    /// <param name="longest">The longest window.</param>
    public static DueSlice? Choose(IReadOnlyList<DueRange> due, UtcTime ripeEnd, TimeSpan longest)
    {
        if (due.Count == 0 || due[0].Range.From >= ripeEnd)
        {
            return null;
        }

        var lead = due[0];
        var limit = UtcTime.Min(lead.Range.From + longest, ripeEnd);
        var end = UtcTime.Min(lead.Range.To, limit);
        var taken = new List<DueRange> { lead };
        foreach (
            var row in due.Skip(1)
                .TakeWhile(row => row.Version == lead.Version && row.Prune == lead.Prune && row.Gone == lead.Gone)
                .OrderBy(row => row.Range.From)
        )
        {
            if (row.Range.From < lead.Range.From)
            {
                continue;
            }

            if (row.Range.From >= limit || row.Range.From > end + Together)
            {
                break;
            }

            taken.Add(row);
            end = UtcTime.Max(end, UtcTime.Min(row.Range.To, limit));
        }

        return new DueSlice(
            new TimeRange(lead.Range.From, end),
            [.. taken.Where(row => row.Range.To <= end).Select(row => row.Id)],
            [.. taken.Where(row => row.Range.To > end).Select(row => row.Id)],
            lead.Version,
            lead.Prune,
            taken.Max(row => row.Attempts),
            lead.Gone
        );
    }
}
