using System.Collections.Immutable;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Storage.Deriving;

/// <summary>
/// Inputs of which a shop's table without a unique key holds two rows that don't say the same. Which is right can't be told, and neither is taken: the bars that
/// depend on them are set aside. Rows that do say the same count once.
/// </summary>
sealed class DisputedInputs(Timeframe target)
{
    readonly SortedDictionary<UtcTime, string> _bars = [];

    /// <summary>Takes the twins out of bars that ascend by time. A final bar's partial twin is none: it was the same minute under way.</summary>
    public List<Bar> Sift(List<Bar> bars)
    {
        var sifted = new List<Bar>(bars.Count);
        for (var (from, end) = (0, 0); from < bars.Count; from = end)
        {
            for (end = from + 1; end < bars.Count && bars[end].Time == bars[from].Time;)
            {
                end++;
            }

            var rows = bars[from..end];
            var finals = rows.Where(bar => !bar.IsPartial).Distinct().ToList();
            if (finals.Count > 1)
            {
                Note(rows[0].Series.Symbol, rows[0].Time, rows[0].Time.Floor(target));
            }
            else
            {
                sifted.Add(finals.Count == 1 ? finals[0] : rows[0]);
            }
        }

        return sifted;
    }

    /// <summary>Adds a component's close; the rows come in order of time.</summary>
    /// <param name="column">The component's closes.</param>
    /// <param name="minute">Its number.</param>
    /// <param name="close">The close.</param>
    /// <param name="disputed">The component's minutes that are disputed so far.</param>
    public static void Add(ComponentCloses column, long minute, double close, List<long> disputed)
    {
        if (column.Minutes.Count == 0 || column.Minutes[^1] != minute)
        {
            column.Add(minute, close);
        }
        else if (column.Closes[^1] != close)
        {
            disputed.Add(minute);
        }
    }

    /// <summary>Takes disputed closes out of a component's, when all of them are added.</summary>
    /// <param name="column">The component's closes.</param>
    /// <param name="disputed">The minutes.</param>
    /// <param name="carry">For how many minutes after its own a close is used where none follows.</param>
    public void TakeOut(ComponentCloses column, IEnumerable<long> disputed, int carry)
    {
        foreach (var minute in disputed.Distinct())
        {
            var place = column.Minutes.BinarySearch(minute);
            column.Minutes.RemoveAt(place);
            column.Closes.RemoveAt(place);
            var next = place < column.Minutes.Count ? column.Minutes[place] : long.MaxValue;
            for (var depends = minute; depends <= minute + carry && depends < next; depends++)
            {
                Note(column.Symbol, UtcTime.FromMinute(minute), UtcTime.FromMinute(depends));
            }
        }
    }

    public bool IsEmpty => _bars.Count == 0;

    public bool Contains(UtcTime bar) => _bars.ContainsKey(bar);

    /// <summary>What of the window is to be set aside: bars that follow one another together, with the reason of the first.</summary>
    public ImmutableArray<SetAside> Within(TimeRange window)
    {
        var found = ImmutableArray.CreateBuilder<SetAside>();
        foreach (var (bar, reason) in _bars.Where(bar => window.Contains(bar.Key)))
        {
            if (found.Count > 0 && found[^1].Range.To == bar)
            {
                found[^1] = found[^1] with { Range = new TimeRange(found[^1].Range.From, bar + target) };
            }
            else
            {
                found.Add(new SetAside(new TimeRange(bar, bar + target), reason));
            }
        }

        return found.ToImmutable();
    }

    void Note(Symbol symbol, UtcTime input, UtcTime bar) =>
        _bars.TryAdd(bar, $"{symbol}/1m stands twice in the table at {input}, and the rows don't say the same; delete those that are wrong, and give the table its unique key.");
}
