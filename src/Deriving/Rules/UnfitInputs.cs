using System.Collections.Immutable;
using DxyOrleans.Bars;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Deriving.Due;

namespace DxyOrleans.Deriving.Rules;

/// <summary>
/// Inputs that say nothing that can be derived from: a price that is none, or, in a table without a unique key, two rows of one minute that
/// don't say the same, of which nobody can tell which is right. Rows that do say the same count once. An index's minutes that depend on
/// such an input are set aside; a rollup's bucket too where rows disagree, and is made of the rest where a row is no bar. Either way it is
/// named until it is mended.
/// </summary>
public sealed class UnfitInputs(Timeframe target)
{
    readonly SortedDictionary<UtcTime, Unfit> _bars = [];
    readonly HashSet<UtcTime> _disputed = [];

    public bool IsEmpty => _bars.Count == 0;

    /// <summary>Takes the twins out of bars that ascend by time. A final bar's partial twin is none: it was the same minute under
    /// way.</summary>
    public List<Bar> Deduplicate(List<Bar> bars)
    {
        var sifted = new List<Bar>(bars.Count);
        for (var (from, end) = (0, 0); from < bars.Count; from = end)
        {
            for (end = from + 1; end < bars.Count && bars[end].Time == bars[from].Time; )
            {
                end++;
            }

            var rows = bars[from..end];
            var finals = rows.Where(bar => !bar.IsPartial).Distinct().ToList();
            if (finals.Count > 1)
            {
                Note(rows[0].Time.Floor(target), Twice(rows[0].Symbol, rows[0].Time));
                _disputed.Add(rows[0].Time.Floor(target));
            }
            else
            {
                sifted.Add(finals.Count == 1 ? finals[0] : rows[0]);
            }
        }

        return sifted;
    }

    /// <summary>Notes rows that are no bars, of what a rollup is made of.</summary>
    public void Note(IEnumerable<UnfitRow> rows)
    {
        foreach (var row in rows)
        {
            Note(row.Time.Floor(target), Unfit.Of(row));
        }
    }

    /// <summary>Adds a component's close; the rows come in order of time.</summary>
    /// <param name="column">The component's closes.</param>
    /// <param name="minute">Its number.</param>
    /// <param name="number">The close as the server sends it, empty where it is null.</param>
    /// <param name="unfit">The component's minutes that are unfit so far, with the reason; their closes stand in the column until they are
    /// taken out.</param>
    public static void Add(ComponentCloses column, long minute, ReadOnlySpan<byte> number, Dictionary<long, Unfit> unfit)
    {
        var isFit = HostRow.TryClose(number, out var close, out var why);
        if (!isFit)
        {
            unfit.TryAdd(
                minute,
                Unfit.Of(
                    new UnfitRow(
                        new Series(column.Symbol, Timeframe.OneMinute),
                        UtcTime.FromMinute(minute),
                        "close",
                        ServerNumber.Text(number),
                        why
                    )
                )
            );
        }

        if (column.Minutes.Count == 0 || column.Minutes[^1] != minute)
        {
            column.Add(minute, close);
        }
        else if (isFit && column.Closes[^1] != close)
        {
            unfit.TryAdd(minute, Twice(column.Symbol, UtcTime.FromMinute(minute)));
        }
    }

    /// <summary>Takes unfit closes out of a component's, when all of them are added.</summary>
    /// <param name="column">The component's closes.</param>
    /// <param name="unfit">The minutes, with the reasons.</param>
    /// <param name="carry">For how many minutes after its own a close is used where none follows.</param>
    public void Exclude(ComponentCloses column, IReadOnlyDictionary<long, Unfit> unfit, int carry)
    {
        foreach (var minute in unfit.Keys)
        {
            var place = column.Minutes.BinarySearch(minute);
            column.Minutes.RemoveAt(place);
            column.Closes.RemoveAt(place);
        }

        foreach (var (minute, reason) in unfit)
        {
            var after = ~column.Minutes.BinarySearch(minute);
            var next = after < column.Minutes.Count ? column.Minutes[after] : long.MaxValue;
            for (var depends = minute; depends <= minute + carry && depends < next; depends++)
            {
                Note(UtcTime.FromMinute(depends), reason);
            }
        }
    }

    /// <summary>Notes a bar that can't be made of inputs that are all there.</summary>
    public void Note(UtcTime bar, Unfit reason) => _bars.TryAdd(bar, reason);

    /// <summary>Whether a bar must not be made.</summary>
    public bool Forbids(UtcTime bar) => target == Timeframe.OneMinute ? _bars.ContainsKey(bar) : _disputed.Contains(bar);

    /// <summary>What of the window is to be set aside: bars that follow one another for one reason together.</summary>
    public ImmutableArray<Parked> Within(TimeRange window)
    {
        var found = ImmutableArray.CreateBuilder<Parked>();
        var last = "";
        foreach (var (bar, reason) in _bars.Where(bar => window.Contains(bar.Key)))
        {
            if (found.Count > 0 && found[^1].Range.To == bar && last == reason.Kind)
            {
                found[^1] = found[^1] with { Range = new TimeRange(found[^1].Range.From, bar + target) };
            }
            else
            {
                found.Add(new Parked(new TimeRange(bar, bar + target), reason.Reason));
            }

            last = reason.Kind;
        }

        return found.ToImmutable();
    }

    static Unfit Twice(Symbol symbol, UtcTime input) =>
        new(
            $"{symbol}/1m stands twice in the table at {input}, and the rows don't say the same; delete those that are wrong, and give "
                + $"the table its unique key.",
            $"{symbol} twice"
        );
}
