using System.Globalization;
using System.Text;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files;

/// <summary>Reads the fields that several formats share, from UTF-8, always in the invariant culture.</summary>
static class FieldReader
{
    public static string Text(ReadOnlySpan<byte> field) => RefusedRow.Excerpt(field);

    public static BarFault? Price(string name, ReadOnlySpan<byte> field, out decimal value) =>
        TryNumber(field, out value) ? null
        : field.Contains((byte)',')
            ? field.Contains((byte)'.') ? RowFaults.Thousands(name, Text(field))
                : RowFaults.DecimalComma(Text(field))
        : BarFault.NotANumber(name, Text(field));

    public static BarFault? Volume(ReadOnlySpan<byte> field, out decimal value) =>
        TryNumber(field, out value) ? null
        : field.Contains((byte)',') && field.Contains((byte)'.') ? RowFaults.Thousands("volume", Text(field))
        : RowFaults.BadCount("volume", Text(field));

    public static BarFault? Count(string name, ReadOnlySpan<byte> field, out int value)
    {
        value = 0;
        if (!TryNumber(field, out var number) || number != decimal.Truncate(number) || number < 0 || number > int.MaxValue)
        {
            return RowFaults.BadCount(name, Text(field));
        }

        value = (int)number;
        return null;
    }

    /// <summary>Sets the symbol, sparing the work where the row has the spelling of the one that is there.</summary>
    public static BarFault? Symbol(ReadOnlySpan<byte> field, SymbolSpellings spellings, ref BarFields fields)
    {
        if (fields.Symbol != default && Ascii.Equals(field, fields.Symbol.Name))
        {
            return null;
        }

        Span<char> text = stackalloc char[32];
        if (field.Length > text.Length || !spellings.TryRead(new string(text[..Encoding.UTF8.GetChars(field, text)]), out var symbol))
        {
            return RowFaults.BadSymbol(Text(field));
        }

        fields.Symbol = symbol;
        return null;
    }

    /// <summary>The text of a field in which a quote is written twice.</summary>
    public static string Unquoted(ReadOnlySpan<byte> field) =>
        Encoding.UTF8.GetString(field).Replace("\"\"", "\"", StringComparison.Ordinal);

    /// <summary><paramref name="count"/> digits as a number, or -1.</summary>
    public static int Digits(ReadOnlySpan<byte> text, int from, int count)
    {
        var value = 0;
        for (var i = from; i < from + count; i++)
        {
            if (!char.IsAsciiDigit((char)text[i]))
            {
                return -1;
            }

            value = (value * 10) + (text[i] - '0');
        }

        return value;
    }

    public static bool TryDateTime(int year, int month, int day, int hour, int minute, int second, out DateTime time)
    {
        var valid =
            year >= 1
            && month is >= 1 and <= 12
            && day >= 1
            && day <= DateTime.DaysInMonth(year, month)
            && hour is >= 0 and < 24
            && minute is >= 0 and < 60
            && second is >= 0 and < 60;
        time = valid ? new DateTime(year, month, day, hour, minute, second) : default;
        return valid;
    }

    // Prices are nearly always up to 18 digits with one point: a third of the time of the general parser.
    public static bool TryNumber(ReadOnlySpan<byte> field, out decimal value)
    {
        var mantissa = 0UL;
        var point = -1;
        for (var i = 0; i < field.Length; i++)
        {
            if (char.IsAsciiDigit((char)field[i]))
            {
                mantissa = (mantissa * 10) + (ulong)(field[i] - '0');
            }
            else if (field[i] == '.' && point < 0)
            {
                point = i;
            }
            else
            {
                return TryUnusual(field, out value);
            }

            if (i > 17)
            {
                return TryUnusual(field, out value);
            }
        }

        var digits = point < 0 ? field.Length : field.Length - 1;
        var places = point < 0 ? 0 : field.Length - 1 - point;
        value = digits == 0 ? 0 : new decimal(unchecked((int)mantissa), unchecked((int)(mantissa >> 32)), 0, false, (byte)places);
        return digits > 0;
    }

    static bool TryUnusual(ReadOnlySpan<byte> field, out decimal value) =>
        decimal.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
}
