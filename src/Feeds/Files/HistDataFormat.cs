using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>
/// HistData's "Generic ASCII" 1-minute bars: bid, no header, no symbol, labelled by the open; times are US Eastern Standard Time
/// all year, five hours behind UTC with no summer time (HistData's file specification).
/// </summary>
sealed class HistDataFormat : IBarFileFormat
{
    public string Name => "histdata";

    public string Example => "20191001 000000;1.08992;1.08992;1.08983;1.08983;0";

    public byte Delimiter => (byte)';';

    public int Columns => 6;

    public bool NamesSymbol => false;

    public FileZone? OwnZone { get; } = FileZone.Fixed(-5);

    public bool Recognises(ReadOnlySpan<byte> firstLine) =>
        firstLine.Length > 16 && firstLine[8] == ' ' && firstLine[15] == ';' && firstLine.Count((byte)';') == 5
        && FieldReader.Digits(firstLine, 0, 8) >= 0 && FieldReader.Digits(firstLine, 9, 6) >= 0;

    public bool IsHeader(ReadOnlySpan<byte> firstLine) => false;

    public BarFault? Read(RowFields row, FileZone? zone, ref BarFields fields)
    {
        UtcTime time = default;
        decimal open = 0, high = 0, low = 0, close = 0, volume = 0;
        if ((ReadTime(row[0], zone ?? OwnZone!, out time)
            ?? FieldReader.Price("open", row[1], out open) ?? FieldReader.Price("high", row[2], out high)
            ?? FieldReader.Price("low", row[3], out low) ?? FieldReader.Price("close", row[4], out close)
            ?? FieldReader.Volume(row[5], out volume)) is { } fault)
        {
            return fault;
        }

        fields = fields with { Time = time, Open = open, High = high, Low = low, Close = close, Volume = volume };
        return null;
    }

    static BarFault? ReadTime(ReadOnlySpan<byte> field, FileZone zone, out UtcTime time)
    {
        time = default;
        if (field.Length != 15 || field[8] != ' '
            || !FieldReader.TryDateTime(FieldReader.Digits(field, 0, 4), FieldReader.Digits(field, 4, 2), FieldReader.Digits(field, 6, 2),
                FieldReader.Digits(field, 9, 2), FieldReader.Digits(field, 11, 2), FieldReader.Digits(field, 13, 2), out var local))
        {
            return RowFaults.BadTime(FieldReader.Text(field), "20191001 000000");
        }

        return zone.TryToUtc(local, out time, out var instants) ? null : RowFaults.UnclearTime(FieldReader.Text(field), zone.Name, instants);
    }
}
