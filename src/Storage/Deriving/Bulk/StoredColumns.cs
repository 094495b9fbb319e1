using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Storage.Deriving.Bulk;

/// <summary>Values in the server's binary forms.</summary>
static class StoredColumns
{
    // Signs of a numeric.
    const int Negative = 0x4000;
    const int PlusInfinity = 0xD000;
    const int MinusInfinity = 0xF000;

    // Up to here every whole number is a double.
    const long LargestWhole = 1L << 53;

    // Minutes between 0001-01-01 and 2000-01-01, where the server counts from.
    static readonly long Epoch = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerMinute;

    /// <summary>The bytes of a value, empty when it is null.</summary>
    public static byte[] Bytes(this NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? [] : reader.GetFieldValue<byte[]>(ordinal);

    /// <summary>The number of the minute of the time at a place; false for one that is off the minutes' grid, which is no bar.</summary>
    public static bool TryMinute(ReadOnlySpan<byte> times, int place, out long minute)
    {
        (minute, var rest) = Math.DivRem(BinaryPrimitives.ReadInt64BigEndian(times[(place * 8)..]), TimeSpan.TicksPerMinute / TimeSpan.TicksPerMicrosecond);
        minute += Epoch;
        return rest == 0;
    }

    /// <summary>The double next to the <c>numeric</c> that comes first, as <c>::double precision</c> gives it, and what comes after it.</summary>
    public static double Double(ref ReadOnlySpan<byte> numbers)
    {
        var number = numbers;
        numbers = numbers[(8 + (Head(number).Count * 2))..];

        // Both whole numbers are doubles themselves, so that the division is the only rounding.
        return Scaled(number) is >= 0 and <= LargestWhole and var scaled ? scaled / 1e8 : AnyDouble(number);
    }

    /// <summary>A <c>timestamptz</c>.</summary>
    public static UtcTime Time(ReadOnlySpan<byte> value) =>
        UtcTime.FromTicks((BinaryPrimitives.ReadInt64BigEndian(value) * TimeSpan.TicksPerMicrosecond) + (Epoch * TimeSpan.TicksPerMinute));

    /// <summary>A <c>numeric</c> in units of the eighth place, -1 when it isn't one that fits (below zero, NaN, finer, over 90,000,000,000).</summary>
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

    /// <summary>A <c>numeric</c> as it is, its scale too.</summary>
    /// <exception cref="OverflowException">It has more digits than a decimal.</exception>
    /// <exception cref="InvalidCastException">It is NaN or infinite.</exception>
    public static decimal Number(ReadOnlySpan<byte> number)
    {
        var (count, weight, sign, scale) = Head(number);
        if (sign is not (0 or Negative))
        {
            throw new InvalidCastException("A numeric value is NaN or infinite.");
        }

        UInt128 digits = 0;
        for (var place = 0; place < count; place++)
        {
            digits = checked((digits * 10_000) + (UInt128)Group(number, place));
        }

        // How many places the groups have after the point; the last may be short, and groups of zeros are left out.
        for (var places = (count - 1 - weight) * 4; places != scale; places += Math.Sign(scale - places))
        {
            digits = places < scale ? checked(digits * 10) : digits / 10;
        }

        return digits >> 96 == 0 && scale <= 28
            ? new decimal(unchecked((int)(uint)digits), unchecked((int)(uint)(digits >> 32)), unchecked((int)(uint)(digits >> 64)), sign != 0, (byte)scale)
            : throw new OverflowException("A numeric value has more digits than a decimal.");
    }

    static double AnyDouble(ReadOnlySpan<byte> number)
    {
        var (count, weight, sign, _) = Head(number);
        if (sign is not (0 or Negative))
        {
            return sign == PlusInfinity ? double.PositiveInfinity : sign == MinusInfinity ? double.NegativeInfinity : double.NaN;
        }

        var text = new StringBuilder(sign == Negative ? "-0" : "0");
        for (var place = 0; place < count; place++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Group(number, place):0000}");
        }

        return double.Parse(text.Append(CultureInfo.InvariantCulture, $"E{(weight - count + 1) * 4}").ToString(), CultureInfo.InvariantCulture);
    }

    static (int Count, int Weight, int Sign, int Scale) Head(ReadOnlySpan<byte> number) => (
        BinaryPrimitives.ReadInt16BigEndian(number), BinaryPrimitives.ReadInt16BigEndian(number[2..]),
        BinaryPrimitives.ReadUInt16BigEndian(number[4..]), BinaryPrimitives.ReadInt16BigEndian(number[6..]));

    static short Group(ReadOnlySpan<byte> number, int place) => BinaryPrimitives.ReadInt16BigEndian(number[(8 + (place * 2))..]);
}
