using System.Buffers.Text;
using System.Text;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Files;

/// <summary>
/// Massive's forex flat files of minute aggregates: all pairs of a day, columns in the order open, close, high, low; the window's start
/// in Unix nanoseconds; volume is the number of quotes.
/// </summary>
sealed class MassiveFormat : IBarFileFormat
{
    // 1971 in nanoseconds: anything less was written in seconds, milliseconds or microseconds.
    const long Earliest = 31_536_000_000_000_000;

    public string Name => "massive";

    public string Example => "ticker,volume,open,close,high,low,window_start,transactions";

    public byte Delimiter => (byte)',';

    public int Columns => 8;

    public bool NamesSymbol => true;

    public FileZone? OwnZone => null;

    public bool Recognises(ReadOnlySpan<byte> firstLine) => IsHeader(firstLine);

    public bool IsHeader(ReadOnlySpan<byte> firstLine) => Ascii.EqualsIgnoreCase(firstLine, Example);

    public BarFault? Read(RowFields row, FileZone? zone, ref BarFields fields)
    {
        UtcTime time = default;
        decimal open = 0, high = 0, low = 0, close = 0, volume = 0;
        var trades = 0;
        if ((FieldReader.Symbol(row[0], ref fields) ?? FieldReader.Volume(row[1], out volume)
            ?? FieldReader.Price("open", row[2], out open) ?? FieldReader.Price("close", row[3], out close)
            ?? FieldReader.Price("high", row[4], out high) ?? FieldReader.Price("low", row[5], out low)
            ?? ReadTime(row[6], out time) ?? FieldReader.Count("transactions", row[7], out trades)) is { } fault)
        {
            return fault;
        }

        fields = fields with { Time = time, Open = open, High = high, Low = low, Close = close, Volume = volume, TradeCount = trades };
        return null;
    }

    static BarFault? ReadTime(ReadOnlySpan<byte> field, out UtcTime time)
    {
        time = default;
        if (!Utf8Parser.TryParse(field, out long nanoseconds, out var used) || used != field.Length || nanoseconds < Earliest)
        {
            return RowFaults.BadTime(FieldReader.Text(field), "1717362000000000000 (Unix nanoseconds)");
        }

        time = UtcTime.FromTicks(DateTime.UnixEpoch.Ticks + (nanoseconds / TimeSpan.NanosecondsPerTick));
        return null;
    }
}
