using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>
/// Lets a file's bars through, symbol by symbol, once enough of its rows are seen to tell that they lie as far apart as their timeframe
/// says; else none of that symbol. Rows of symbols that have too few go the way of the others.
/// </summary>
sealed class SpacingGate(BarFileOptions options)
{
    /// <summary>Rows of a symbol that are waited for before its spacing is judged, where the file has so many.</summary>
    const int Enough = 20;

    readonly Timeframe _timeframe = options.Timeframe ?? Timeframe.OneMinute;
    readonly Dictionary<Symbol, Pair> _pairs = [];
    readonly List<Pair> _open = [];
    Pair? _last;

    sealed class Pair(Symbol symbol, long firstLine)
    {
        public Symbol Symbol => symbol;

        public long FirstLine => firstLine;

        public SpacingVerdict Verdict { get; set; }

        public long Apart { get; set; }

        public bool IsOnGrid { get; set; } = true;

        public long Kept { get; set; }

        public List<(Bar Bar, long Line)> Held { get; } = [];

        public List<(UtcTime Time, RefusedRow Row)> HeldOffGrid { get; } = [];
    }

    /// <summary>Whether the bar may go on at once; else it is held back, or refused for good.</summary>
    public bool Lets(Bar bar, long line)
    {
        var pair = Of(bar.Symbol, line);
        if (pair.Verdict == SpacingVerdict.Open)
        {
            pair.Held.Add((bar, line));
        }
        else if (pair.Verdict != SpacingVerdict.Fits)
        {
            pair.Kept++;
        }

        return pair.Verdict == SpacingVerdict.Fits;
    }

    /// <summary>The same of a row that is off the timeframe's grid, whether it is to be refused by itself.</summary>
    public bool Lets(Symbol symbol, UtcTime time, RefusedRow row)
    {
        var pair = Of(symbol, row.Line);
        if (pair.Verdict == SpacingVerdict.Open)
        {
            pair.HeldOffGrid.Add((time, row));
        }
        else if (pair.Verdict != SpacingVerdict.Fits)
        {
            pair.Kept++;
        }

        return pair.Verdict == SpacingVerdict.Fits;
    }

    /// <summary>Judges what can be judged by now, at the file's end everything, and hands out what was held back and may go on.</summary>
    public void Release(bool isEnd, List<(Bar Bar, long Line)> bars, List<RefusedRow> refused)
    {
        foreach (var pair in _open.Where(pair => isEnd || pair.Held.Count + pair.HeldOffGrid.Count >= Enough))
        {
            (pair.Verdict, pair.Apart) = Spacing.Judge(Intervals(pair), _timeframe);
        }

        if (isEnd)
        {
            JudgeRest();
        }

        foreach (var pair in _open.Where(pair => pair.Verdict != SpacingVerdict.Open))
        {
            // Said to be meant so.
            pair.Verdict = pair.Verdict == SpacingVerdict.Wide && options.IsSparse ? SpacingVerdict.Fits : pair.Verdict;
            if (pair.Verdict == SpacingVerdict.Fits)
            {
                bars.AddRange(pair.Held);
                refused.AddRange(pair.HeldOffGrid.Select(held => held.Row));
            }
            else
            {
                pair.Kept += pair.Held.Count + pair.HeldOffGrid.Count;
                pair.IsOnGrid =
                    Spacing.Of(pair.Apart) is { } fits
                    && pair.Held.All(held => held.Bar.Time.IsOnGrid(fits))
                    && pair.HeldOffGrid.All(held => held.Time.IsOnGrid(fits));
            }

            pair.Held.Clear();
            pair.HeldOffGrid.Clear();
        }

        _open.RemoveAll(pair => pair.Verdict != SpacingVerdict.Open);
    }

    /// <summary>What was refused for its spacing, a line for all symbols of which the same is to be said.</summary>
    public IEnumerable<RefusedRow> Refusals(string file) =>
        _pairs
            .Values.Where(pair => pair.Kept > 0)
            .GroupBy(pair => SpacingFaults.Of(pair.Verdict, pair.Apart, _timeframe, pair.IsOnGrid, IsDerived(pair)))
            .Select(group => new RefusedRow(
                file,
                group.Min(pair => pair.FirstLine),
                group.Key,
                string.Join(", ", group.Select(pair => pair.Symbol))
            )
            {
                Rows = group.Sum(pair => pair.Kept),
            });

    /// <summary>What is odd and refused nothing.</summary>
    public IEnumerable<string> Notes() =>
        _pairs
            .Values.Where(pair => pair.Verdict == SpacingVerdict.Fits && pair.Apart > _timeframe.Ticks && Spacing.Of(pair.Apart) is null)
            .Select(pair =>
                $"{pair.Symbol}'s rows lie {SpacingFaults.Length(pair.Apart)} apart, which is no timeframe there is; they are taken for "
                + $"{_timeframe} bars"
            );

    // Where other symbols' rows are as they should be, or all not, these are too; where nobody has enough, they speak together.
    void JudgeRest()
    {
        var rest = _open.Where(pair => pair.Verdict == SpacingVerdict.Open).ToList();
        var judged = _pairs.Values.Where(pair => pair.Verdict != SpacingVerdict.Open).ToList();
        var (verdict, apart) =
            judged.Exists(pair => pair.Verdict == SpacingVerdict.Fits) ? (SpacingVerdict.Fits, 0)
            : judged.Count > 0 ? (judged[0].Verdict, judged[0].Apart)
            : Spacing.JudgeTogether([.. rest.SelectMany(Intervals)], _timeframe);
        foreach (var pair in rest)
        {
            (pair.Verdict, pair.Apart) = (verdict, apart);
        }
    }

    bool IsDerived(Pair pair) =>
        Spacing.Of(pair.Apart) is { } fits && (options.IsDerivedHere?.Invoke(new Series(pair.Symbol, fits)) ?? false);

    Pair Of(Symbol symbol, long line)
    {
        if (_last is { } last && last.Symbol == symbol)
        {
            return last;
        }

        if (!_pairs.TryGetValue(symbol, out var pair))
        {
            _pairs.Add(symbol, pair = new Pair(symbol, line));
            _open.Add(pair);
        }

        return _last = pair;
    }

    static List<long> Intervals(Pair pair) =>
        Spacing.Intervals(pair.Held.Select(held => held.Bar.Time).Concat(pair.HeldOffGrid.Select(held => held.Time)));
}
