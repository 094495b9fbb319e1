using System.Text;
using System.Text.Unicode;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>Judges the rows of one file: from a line to a bar, or to what is wrong with it.</summary>
sealed class RowReader(string file, IBarFileFormat format, ResolvedOptions options, Symbol? symbol, UtcTime latest, UtcTime now)
{
    readonly RowFields _row = new();
    readonly SeenBars _seen = new();
    readonly FileZone? _zone = format.OwnZone is null ? null : options.Zone ?? format.OwnZone;
    readonly Timeframe _timeframe = options.Given.Timeframe;
    BarFields _fields;
    List<Bar> _bars = [];
    List<RefusedRow> _refused = [];
    int _repeated;
    int _passedOver;

    /// <summary>Whether any row came, in this batch or before.</summary>
    public bool Any { get; private set; }

    public bool IsFull => _bars.Count + _refused.Count + _repeated + _passedOver >= options.Given.BatchRows;

    public BarBatch Take(RefusedRow? broken)
    {
        var batch = new BarBatch(file, _bars, _refused, _repeated, _passedOver, broken);
        (_bars, _refused, _repeated, _passedOver) = ([], [], 0, 0);
        return batch;
    }

    public void Add(ReadOnlySpan<byte> line, long number, bool tooLong)
    {
        Any = true;
        if ((tooLong ? RowFaults.LineTooLong : Judge(line)) is { } fault)
        {
            _refused.Add(new RefusedRow(file, number, fault, RefusedRow.Excerpt(line)));
        }
    }

    BarFault? Judge(ReadOnlySpan<byte> line)
    {
        if ((Unreadable(line) ?? Cut(line) ?? format.Read(_row, _zone, ref _fields)) is { } unread)
        {
            return unread;
        }

        if (format.NamesSymbol && symbol is { } wanted && wanted != _fields.Symbol)
        {
            _passedOver++;
            return null;
        }

        var series = new Series(format.NamesSymbol ? _fields.Symbol : symbol!.Value, _timeframe);
        if (!Bar.TryCreate(series, _fields.Time, _fields.Open, _fields.High, _fields.Low, _fields.Close, _fields.Volume, vwap: null,
            _fields.TradeCount, isPartial: false, out var bar, out var fault))
        {
            return fault;
        }

        if (bar.Time > latest)
        {
            return BarFault.InTheFuture(bar.Time, now);
        }

        switch (_seen.See(bar))
        {
            case SeenBars.Sight.New:
                _bars.Add(bar);
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

    BarFault? Cut(ReadOnlySpan<byte> line)
    {
        _row.Split(line, format.Delimiter);
        return _row.Count == format.Columns ? null
            : _row.Count > format.Columns && format.Delimiter == ',' && !line.Contains((byte)'.') ? RowFaults.DecimalCommaRow(_row.Count, format.Columns)
            : RowFaults.WrongColumns(_row.Count, format.Columns);
    }

    /// <summary>Why the line isn't text, or null.</summary>
    public static BarFault? Unreadable(ReadOnlySpan<byte> line) =>
        line.IndexOfAnyInRange((byte)0, (byte)8) >= 0 || line.IndexOfAnyInRange((byte)14, (byte)31) >= 0 ? RowFaults.ControlCharacter
        : Ascii.IsValid(line) || Utf8.IsValid(line) ? null
        : RowFaults.InvalidUtf8;
}
