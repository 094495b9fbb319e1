using System.Text;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>The shape of this project's own files: a header, times in ISO-8601 with a zone, labelled by the bar's open.</summary>
sealed class DxyFormat : IBarFileFormat
{
    public string Name => "dxy";

    public string Example => "symbol,ts_utc,open,high,low,close,volume";

    public byte Delimiter => (byte)',';

    public int Columns => 7;

    public bool NamesSymbol => true;

    public FileZone? OwnZone => null;

    public bool Recognises(ReadOnlySpan<byte> firstLine) => IsHeader(firstLine);

    public bool IsHeader(ReadOnlySpan<byte> firstLine) => Ascii.EqualsIgnoreCase(firstLine, Example);

    public BarFault? Read(RowFields row, FileZone? zone, ref BarFields fields)
    {
        UtcTime time = default;
        decimal open = 0, high = 0, low = 0, close = 0, volume = 0;
        if ((FieldReader.Symbol(row[0], ref fields) ?? ReadTime(row[1], out time)
            ?? FieldReader.Price("open", row[2], out open) ?? FieldReader.Price("high", row[3], out high)
            ?? FieldReader.Price("low", row[4], out low) ?? FieldReader.Price("close", row[5], out close)
            ?? FieldReader.Volume(row[6], out volume)) is { } fault)
        {
            return fault;
        }

        fields = fields with { Time = time, Open = open, High = high, Low = low, Close = close, Volume = volume };
        return null;
    }

    static BarFault? ReadTime(ReadOnlySpan<byte> field, out UtcTime time)
    {
        if (field.Length == 20 && field[4] == '-' && field[7] == '-' && field[10] == 'T' && field[13] == ':' && field[16] == ':' && field[19] == 'Z'
            && FieldReader.TryDateTime(FieldReader.Digits(field, 0, 4), FieldReader.Digits(field, 5, 2), FieldReader.Digits(field, 8, 2),
                FieldReader.Digits(field, 11, 2), FieldReader.Digits(field, 14, 2), FieldReader.Digits(field, 17, 2), out var utc))
        {
            time = UtcTime.FromTicks(utc.Ticks);
            return null;
        }

        var text = FieldReader.Text(field);
        return UtcTime.TryParse(text, out time) ? null
            : UtcTime.TryParse(text.Trim() + "Z", out _) ? RowFaults.NoZone(text)
            : RowFaults.BadTime(text, "2019-10-01T00:00:00Z");
    }
}
