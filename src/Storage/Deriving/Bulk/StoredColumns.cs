using System.Buffers.Binary;
using Npgsql;

namespace DxyOrleans.Storage.Deriving.Bulk;

/// <summary>Columns that the server packed into bytes.</summary>
static class StoredColumns
{
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

    public static double Double(ReadOnlySpan<byte> values, int place) => BinaryPrimitives.ReadDoubleBigEndian(values[(place * 8)..]);

    /// <summary>
    /// Reads one <c>numeric</c> and moves on: its value in units of the eighth place, -1 when it isn't one that fits (below zero, NaN, finer, over 90,000,000,000).
    /// </summary>
    public static long Scaled(ref ReadOnlySpan<byte> numbers)
    {
        var (count, weight) = (BinaryPrimitives.ReadInt16BigEndian(numbers), BinaryPrimitives.ReadInt16BigEndian(numbers[2..]));
        var sign = BinaryPrimitives.ReadInt16BigEndian(numbers[4..]);
        var groups = numbers[8..];
        numbers = groups[(count * 2)..];
        if (sign != 0 || weight > 2 || (count > 0 && weight - count + 1 < -2))
        {
            return -1;
        }

        var scaled = 0L;
        for (var power = weight; power >= -2; power--)
        {
            var place = weight - power;
            scaled = (scaled * 10_000) + (place < count ? BinaryPrimitives.ReadInt16BigEndian(groups[(place * 2)..]) : 0);
            if (scaled > 9_000_000_000_000_000_000 / 10_000 && power > -2)
            {
                return -1;
            }
        }

        return scaled;
    }
}
