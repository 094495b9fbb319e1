using System.Text;
using System.Text.Unicode;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Market;
using DxyOrleans.Core.Time;
using DxyOrleans.Feeds.Files.Clocks;

namespace DxyOrleans.Feeds.Files;

/// <summary>Judges the rows of one file: from a line to a bar, or to what is wrong with it, or to nothing where nobody asked for
/// it.</summary>
/// <param name="file">The path, as it is told.</param>
/// <param name="first">Which column holds what, as the file begins.</param>
/// <param name="options">What is asked for.</param>
/// <param name="symbol">The symbol of a file whose rows don't name theirs.</param>
/// <param name="zone">The zone of times that say none, null where it isn't known.</param>
/// <param name="given">The bars that files read before have given.</param>
/// <param name="now">The clock's time.</param>
sealed class RowReader(string file, FileLayout first, ResolvedOptions options, Symbol? symbol, FileZone? zone, SeenBars given, UtcTime now)
{
    // As a vendor writes a day on which the market was closed, and we a range without bars.
    const string NoRow = "it has a header and no row";

    readonly RowFields _row = new();
    readonly SeenBars _seen = new();
    readonly SpacingGate? _spacing = first.NamesTimeframe ? null : new SpacingGate(options.Given);
    readonly OtherSymbols? _others = first.NamesSymbol ? new OtherSymbols() : null;
    readonly Dictionary<Symbol, (long Line, long Rows)> _unknown = [];
    readonly UtcTime _latest = now + options.Given.FutureSkew;
    readonly Timeframe _timeframe = options.Given.Timeframe ?? Timeframe.OneMinute;
    readonly TickBars? _ticks = first.IsTicks ? new TickBars(options.Given.Timeframe ?? Timeframe.OneMinute) : null;
    readonly OutsideCalendar? _outside = options.Given.Calendar is { } calendar ? new OutsideCalendar(calendar) : null;
    FileLayout _layout = first;
    BarFields _fields;
    byte[] _passed = [];
    Symbol _lastWanted;
    List<(Bar Bar, long Line)> _bars = [];
    List<CopiedBar> _copied = [];
    List<RefusedRow> _refused = [];
    PassedOver _passedOver;
    int _repeated;
    int _held;
    long _zoned;
    long _naive;
    bool _isZoneProven;
    int _quotes;

    /// <summary>Whether any row came, in this batch or before.</summary>
    public bool Any { get; private set; }

    /// <summary>Whether the batch is full; rows that are held back count for the memory they take.</summary>
    public bool IsFull =>
        _bars.Count + _copied.Count + _refused.Count + _repeated + _passedOver.Rows + _held + _quotes >= options.Given.BatchRows;

    /// <summary>What the rows since the last call gave.</summary>
    /// <param name="isEnd">Whether no row comes any more.</param>
    /// <param name="broken">What kept the file from being read to its end.</param>
    public BarBatch Take(bool isEnd, RefusedRow? broken)
    {
        if (
            !_isZoneProven
            && zone is not null
            && options.Zone is not null
            && _layout.Format.Zone == ZoneRule.InEachTime
            && _naive == 0
            && _zoned > 0
        )
        {
            return new BarBatch(file, [], [], 0, default, new RefusedRow(file, 0, FileFaults.ZoneUnused(_zoned), ""));
        }

        _isZoneProven = true;
        if (isEnd)
        {
            foreach (var (bar, line) in _ticks?.TakeRest() ?? [])
            {
                Finish(bar, line);
            }
        }

        _spacing?.Release(isEnd, _bars, _refused);
        if (isEnd)
        {
            _refused.AddRange(_spacing?.Refusals(file) ?? []);
            _refused.AddRange(
                _unknown.Select(unknown => new RefusedRow(
                    file,
                    unknown.Value.Line,
                    RowFaults.NotInRegistry(unknown.Key, unknown.Value.Rows),
                    ""
                )
                {
                    Rows = unknown.Value.Rows,
                })
            );
        }

        var batch = new BarBatch(file, New(), _refused, _repeated, _passedOver, broken)
        {
            Copied = _copied,
            Others = isEnd ? _others : null,
            Quotes = _quotes,
            Notes = isEnd
                ? [.. _spacing?.Notes() ?? [], .. _outside?.Notes() ?? [], .. Any || broken is not null ? [] : (string[])[NoRow]]
                : [],
        };
        (_bars, _copied, _refused, _repeated, _passedOver, _held, _quotes) = ([], [], [], 0, default, 0, 0);
        return batch;
    }

    public void Add(ReadOnlySpan<byte> line, long number, bool tooLong)
    {
        Any = true;
        var fault = tooLong ? RowFaults.LineTooLong : Judge(line, number);
        if (fault is not null && (tooLong || !IsHeaderAgain(line)) && Keep(fault, line, number) is { } row)
        {
            _refused.Add(row);
        }
    }

    // Bars that no file read before has given; what contradicts one of those is refused.
    List<Bar> New()
    {
        var bars = new List<Bar>(_bars.Count);
        foreach (var (bar, line) in _bars)
        {
            switch (given.See(bar))
            {
                case SeenBars.Sight.Equal:
                    _repeated++;
                    break;
                case SeenBars.Sight.Different:
                    _refused.Add(new RefusedRow(file, line, RowFaults.ContradictedBefore(bar), ""));
                    break;
                default:
                    bars.Add(bar);
                    _outside?.See(bar);
                    break;
            }
        }

        return bars;
    }

    BarFault? Judge(ReadOnlySpan<byte> line, long number)
    {
        if (Unreadable(line) is { } unreadable)
        {
            return unreadable;
        }

        _row.Split(line, _layout.Delimiter);
        if (options.Given.HasDecimalComma)
        {
            _row.CommasToPoints();
        }

        BarFault? misspelled = null;
        if (_layout.NamesSymbol && _layout.SymbolAt < _row.Count && PassesOver(_row[_layout.SymbolAt], number, out misspelled))
        {
            _passedOver = _passedOver with { OtherSymbols = _passedOver.OtherSymbols + 1 };
            return null;
        }

        if ((Cut(line) ?? misspelled) is { } cut)
        {
            return cut;
        }

        var of = _layout.NamesSymbol ? _fields.Symbol : symbol!.Value;
        if (!options.IsKnown(of))
        {
            var (first, rows) = _unknown.GetValueOrDefault(of, (number, 0));
            _unknown[of] = (first, rows + 1);
            _held++;
            return null;
        }

        if (_layout.Read(_row, zone, options.Given.Side, ref _fields, out var saysZone) is { } unread)
        {
            return unread;
        }

        _zoned += saysZone ? 1 : 0;
        _naive += saysZone ? 0 : 1;
        return Passes() ? null
            : _ticks is null ? JudgeBar(new Series(of, _fields.Timeframe ?? _timeframe), number)
            : JudgeQuote(_ticks, of, number);
    }

    BarFault? JudgeQuote(TickBars ticks, Symbol of, long number)
    {
        if (_fields.Time > _latest)
        {
            return BarFault.InTheFuture(_fields.Time, now);
        }

        var fault = ticks.Add(of, _fields, number, out var done);
        _quotes += fault is null ? 1 : 0;
        if (done is { } bar)
        {
            Finish(bar.Bar, bar.Line);
        }

        return fault;
    }

    // A bar that was made of quotes stands for one of its rows, what is wrong with it for that one as well.
    void Finish(Bar bar, long line)
    {
        _quotes--;
        if (JudgeBar(bar, line) is { } fault)
        {
            _refused.Add(new RefusedRow(file, line, fault, ""));
        }
    }

    // Rows that are read well and that nobody asked for.
    bool Passes()
    {
        if (_fields.IsDeleted)
        {
            _passedOver = _passedOver with { Deleted = _passedOver.Deleted + 1 };
        }
        else if (_fields.Timeframe is { } own && options.Given.Timeframe is { } asked && own != asked)
        {
            _passedOver = _passedOver with { OtherTimeframes = _passedOver.OtherTimeframes + 1 };
        }
        else if (_fields.IsRunning)
        {
            _passedOver = _passedOver with { Running = _passedOver.Running + 1 };
        }
        else if (
            _layout.Format.FillsClosedMarket
            && _fields.Volume == 0
            && _fields.Open == _fields.Close
            && _fields.High == _fields.Low
            && _fields.Open == _fields.High
            && _fields.Time.IsOnCalendar
            && !FxWeek.IsOpen(_fields.Time)
        )
        {
            _passedOver = _passedOver with { ClosedMarket = _passedOver.ClosedMarket + 1 };
        }
        else
        {
            return false;
        }

        return true;
    }

    BarFault? JudgeBar(Series series, long number)
    {
        if (
            !Bar.TryCreate(
                series,
                _fields.Time,
                _fields.Open,
                _fields.High,
                _fields.Low,
                _fields.Close,
                _fields.Volume,
                _fields.Vwap,
                _fields.TradeCount,
                _fields.IsPartial,
                out var bar,
                out var fault
            )
        )
        {
            return fault;
        }

        return JudgeBar(bar, number);
    }

    BarFault? JudgeBar(Bar bar, long number)
    {
        if (bar.Time > _latest)
        {
            return BarFault.InTheFuture(bar.Time, now);
        }

        switch (_seen.See(bar))
        {
            case SeenBars.Sight.New when _fields.IsDerived || _fields.IsPartial:
                _copied.Add(new CopiedBar(bar, _fields.IsDerived, _fields.Raw));
                return null;
            case SeenBars.Sight.New:
                if (_spacing?.Lets(bar, number) ?? true)
                {
                    _bars.Add((bar, number));
                }
                else
                {
                    _held++;
                }

                return null;
            case SeenBars.Sight.Equal:
                _repeated++;
                return null;
            case SeenBars.Sight.Different:
                return BarFault.Contradicted(bar.Time);
            default:
                return RowFaults.TooScattered;
        }
    }

    // A row off the grid may be one of many, which say together that the timeframe is another.
    RefusedRow? Keep(BarFault fault, ReadOnlySpan<byte> line, long number)
    {
        var row = new RefusedRow(file, number, fault, RefusedRow.Excerpt(line))
        {
            Whole = options.Given.KeepsLines ? Encoding.UTF8.GetString(line) : null,
        };
        if (
            fault.Code != BarFault.OffGridCode
            || _spacing is null
            || _spacing.Lets(_layout.NamesSymbol ? _fields.Symbol : symbol!.Value, _fields.Time, row)
        )
        {
            return row;
        }

        _held++;
        return null;
    }

    bool PassesOver(ReadOnlySpan<byte> cell, long number, out BarFault? misspelled)
    {
        misspelled = null;
        if (_passed.Length > 0 && cell.SequenceEqual(_passed))
        {
            _others!.AddAgain();
            return true;
        }

        if (FieldReader.Symbol(cell, options.Spellings, ref _fields) is { } fault)
        {
            // A spelling that none of ours has, as other markets' tickers have; where only some are known, it's one of the others.
            if (options.Given.Known is null || cell.IsEmpty || !Ascii.IsValid(cell))
            {
                misspelled = fault;
                return false;
            }

            misspelled = fault;
            return Pass(cell, FieldReader.Text(cell), number, fault);
        }

        if (_fields.Symbol == _lastWanted)
        {
            return false;
        }

        if (!options.Wants(_fields.Symbol))
        {
            misspelled = options.IsKnown(_fields.Symbol) ? null : RowFaults.NoRow(_fields.Symbol);
            return Pass(cell, _fields.Symbol.Name, number, misspelled);
        }

        _others!.AnyWanted = true;
        _lastWanted = _fields.Symbol;
        return false;
    }

    // A line of something else, such as a sum, is no row of another symbol.
    bool Pass(ReadOnlySpan<byte> cell, string name, long number, BarFault? misspelled)
    {
        if (misspelled is not null && !_others!.Knows(name) && (_row.Count != _layout.Columns || !_layout.HasTime(_row)))
        {
            return false;
        }

        _others!.Add(name, number);
        _passed = cell.ToArray();
        return true;
    }

    BarFault? Cut(ReadOnlySpan<byte> line)
    {
        if (_row.Count == _layout.Columns)
        {
            return null;
        }

        return _row.Count == _layout.Columns + 1 && _row.Count <= RowFields.MaxKept && _row[_layout.Columns].IsEmpty
                ? RowFaults.OneTooMany(_row.Count, _layout.Columns)
            : _row.Count > _layout.Columns && _layout.Delimiter == ',' && !line.Contains((byte)'.')
                ? RowFaults.DecimalCommaRow(_row.Count, _layout.Columns)
            : RowFaults.WrongColumns(_row.Count, _layout.Columns);
    }

    // Files that were put together have the header again, maybe with its columns in another order.
    bool IsHeaderAgain(ReadOnlySpan<byte> line)
    {
        line = line.StartsWith("\uFEFF"u8) ? line[3..] : line;
        if (
            !_layout.HasHeader
            || _row.Count < 5
            || (_row.Count == _layout.Columns && _layout.HasTime(_row))
            || FileLayout.Recognise(_layout.Format, line) is not { } again
            || again.NamesSymbol != _layout.NamesSymbol
        )
        {
            return false;
        }

        _layout = again;
        return true;
    }

    /// <summary>Why the line isn't text, or null.</summary>
    public static BarFault? Unreadable(ReadOnlySpan<byte> line) =>
        line.IndexOfAnyInRange((byte)0, (byte)8) >= 0 || line.IndexOfAnyInRange((byte)14, (byte)31) >= 0 ? RowFaults.ControlCharacter
        : Ascii.IsValid(line) || Utf8.IsValid(line) ? null
        : RowFaults.InvalidUtf8;
}
