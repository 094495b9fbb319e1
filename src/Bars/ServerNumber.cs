using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace DxyOrleans.Bars;

/// <summary>
/// The server's <c>numeric</c> in its binary form: how many groups of four digits, the power of 10,000 of the first, the sign, the scale,
/// the groups. It may hold what no number of .NET's does (131,072 digits, NaN, infinities): nothing here throws on it.
/// </summary>
public static class ServerNumber
{
    // Signs of a numeric.
    const int Negative = 0x4000;
    const int PlusInfinity = 0xD000;
    const int MinusInfinity = 0xF000;

    // Up to here every whole number is a double.
    const long LargestWhole = 1L << 53;

    // So many groups before the point are beyond every number that we take.
    const int TooManyGroups = 8;

    const int MaxText = 40;

    // A decimal has 28 of them whatever they are.
    const int Digits = 28;

    static readonly BigInteger DecimalLimit = new(decimal.MaxValue);

    /// <summary>How many bytes it takes; what follows it may be the next.</summary>
    public static int Length(ReadOnlySpan<byte> number) => 8 + (Head(number).Count * 2);

    /// <summary>A number in units of the eighth place, -1 when it isn't one that fits (below zero, NaN, finer, over
    /// 90,000,000,000).</summary>
    public static long Scaled(ReadOnlySpan<byte> number)
    {
        var (count, weight, sign, _) = Head(number);
        if (sign != 0 || weight > 2 || (count > 0 && weight - count + 1 < -2))
        {
            return -1;
        }

        var scaled = 0L;
        for (var power = weight; power >= -2; power--)
        {
            var place = weight - power;
            scaled = (scaled * 10_000) + (place < count ? Group(number, place) : 0);
            if (scaled > 9_000_000_000_000_000_000 / 10_000 && power > -2)
            {
                return -1;
            }
        }

        return scaled;
    }

    /// <summary>The double next to it, as <c>::double precision</c> gives it; an infinity where it is beyond a double.</summary>
    public static double ToDouble(ReadOnlySpan<byte> number) =>
        // Both whole numbers are doubles themselves, so that the division is the only rounding.
        Scaled(number) is >= 0 and <= LargestWhole and var scaled
            ? scaled / 1e8
            : AnyDouble(number);

    /// <summary>The number as it is, its scale too, where a decimal holds it; else rounded, half away from zero.</summary>
    /// <param name="number">The bytes.</param>
    /// <param name="places">To how many places it is rounded when it is too long, 0 to 18.</param>
    /// <param name="value">The number.</param>
    /// <returns>False for NaN, infinities and what is too large for a decimal of that many places.</returns>
    public static bool TryDecimal(ReadOnlySpan<byte> number, int places, out decimal value)
    {
        value = 0;
        var (count, weight, sign, scale) = Head(number);
        if (sign is not (0 or Negative) || weight >= TooManyGroups)
        {
            return false;
        }

        if (scale > 28 || count > 8)
        {
            return TryLong(number, places, out value);
        }

        UInt128 digits = 0;
        for (var place = 0; place < count; place++)
        {
            digits = (digits * 10_000) + (UInt128)Group(number, place);
        }

        // How many places the groups have after the point; the last may be short, and groups of zeros are left out.
        for (var had = (count - 1 - weight) * 4; had != scale; had += Math.Sign(scale - had))
        {
            if (had < scale && digits > UInt128.MaxValue / 10)
            {
                return TryLong(number, places, out value);
            }

            digits = had < scale ? digits * 10 : digits / 10;
        }

        if (digits >> 96 != 0)
        {
            return TryLong(number, places, out value);
        }

        value = new decimal(
            unchecked((int)(uint)digits),
            unchecked((int)(uint)(digits >> 32)),
            unchecked((int)(uint)(digits >> 64)),
            sign != 0,
            (byte)scale
        );
        return true;
    }

    /// <summary>For people: at most 40 characters.</summary>
    public static string Text(ReadOnlySpan<byte> number)
    {
        if (number.IsEmpty)
        {
            return "null";
        }

        var (count, weight, sign, scale) = Head(number);
        if (sign is not (0 or Negative))
        {
            return sign == PlusInfinity ? "Infinity"
                : sign == MinusInfinity ? "-Infinity"
                : "NaN";
        }

        var text = new StringBuilder();
        for (var power = Math.Max(weight, 0); power >= Math.Min(-((scale + 3) / 4), 0) && text.Length <= MaxText + 8; power--)
        {
            var place = weight - power;
            text.Append(power == -1 ? "." : "")
                .Append(CultureInfo.InvariantCulture, $"{(place >= 0 && place < count ? Group(number, place) : 0):0000}");
        }

        var digits = text.ToString().TrimStart('0');
        digits = digits.Contains('.', StringComparison.Ordinal) ? digits.TrimEnd('0').TrimEnd('.') : digits;
        digits = digits.Length == 0 || digits[0] == '.' ? "0" + digits : digits;
        return (sign == Negative && digits != "0" ? "-" : "")
            + (
                weight >= 10 ? digits[..MaxText] + "…"
                : digits.Length > MaxText ? digits[..MaxText] + "…"
                : digits
            );
    }

    // By whole numbers without bound: rare, and never wrong.
    static bool TryLong(ReadOnlySpan<byte> number, int places, out decimal value)
    {
        var (count, weight, sign, _) = Head(number);
        places = Math.Min(places, Math.Max(0, Digits - WholeDigits(number)));
        var digits = BigInteger.Zero;

        // What comes more than a group after the last place asked for doesn't matter any more.
        var last = Math.Clamp(weight + 1 + (places / 4) + 2, 0, count);
        for (var place = 0; place < last; place++)
        {
            digits = (digits * 10_000) + Group(number, place);
        }

        var had = (last - 1 - weight) * 4;
        digits = had <= places ? digits * BigInteger.Pow(10, places - had) : Rounded(digits, BigInteger.Pow(10, had - places));
        if (digits > DecimalLimit)
        {
            value = 0;
            return false;
        }

        var bits = (UInt128)digits;
        value = new decimal(
            unchecked((int)(uint)bits),
            unchecked((int)(uint)(bits >> 32)),
            unchecked((int)(uint)(bits >> 64)),
            sign != 0,
            (byte)places
        );
        return true;
    }

    static int WholeDigits(ReadOnlySpan<byte> number)
    {
        var (count, weight, _, _) = Head(number);
        return count == 0 || weight < 0
            ? 1
            : (weight * 4)
                + (
                    Group(number, 0) switch
                    {
                        < 10 => 1,
                        < 100 => 2,
                        < 1000 => 3,
                        _ => 4,
                    }
                );
    }

    static BigInteger Rounded(BigInteger digits, BigInteger unit)
    {
        var whole = BigInteger.DivRem(digits, unit, out var rest);
        return rest * 2 >= unit ? whole + 1 : whole;
    }

    static double AnyDouble(ReadOnlySpan<byte> number)
    {
        var (count, weight, sign, _) = Head(number);
        if (sign is not (0 or Negative))
        {
            return sign == PlusInfinity ? double.PositiveInfinity
                : sign == MinusInfinity ? double.NegativeInfinity
                : double.NaN;
        }

        var text = new StringBuilder(sign == Negative ? "-0" : "0");
        for (var place = 0; place < count; place++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Group(number, place):0000}");
        }

        return double.Parse(
            text.Append(CultureInfo.InvariantCulture, $"E{(weight - count + 1) * 4}").ToString(),
            CultureInfo.InvariantCulture
        );
    }

    static (int Count, int Weight, int Sign, int Scale) Head(ReadOnlySpan<byte> number) =>
        (
            BinaryPrimitives.ReadInt16BigEndian(number),
            BinaryPrimitives.ReadInt16BigEndian(number[2..]),
            BinaryPrimitives.ReadUInt16BigEndian(number[4..]),
            BinaryPrimitives.ReadInt16BigEndian(number[6..])
        );

    static short Group(ReadOnlySpan<byte> number, int place) => BinaryPrimitives.ReadInt16BigEndian(number[(8 + (place * 2))..]);
}
