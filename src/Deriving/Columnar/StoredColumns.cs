using System.Buffers.Binary;
using DxyOrleans.Bars;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Deriving.Columnar;

/// <summary>Values in the server's binary forms.</summary>
public static class StoredColumns
{
    // Minutes between 0001-01-01 and 2000-01-01, where the server counts from.
    static readonly long Epoch = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerMinute;

    /// <summary>The bytes of a value, empty when it is null.</summary>
    public static byte[] Bytes(this NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? [] : reader.GetFieldValue<byte[]>(ordinal);

    /// <summary>The number of the minute of the time at a place; false for one that is off the minutes' grid, which is no bar.</summary>
    public static bool TryMinute(ReadOnlySpan<byte> times, int place, out long minute)
    {
        (minute, var rest) = Math.DivRem(
            BinaryPrimitives.ReadInt64BigEndian(times[(place * 8)..]),
            TimeSpan.TicksPerMinute / TimeSpan.TicksPerMicrosecond
        );
        minute += Epoch;
        return rest == 0;
    }

    /// <summary>The double next to the <c>numeric</c> that comes first, as <c>::double precision</c> gives it, and what comes after
    /// it.</summary>
    public static double ReadDouble(ref ReadOnlySpan<byte> numbers)
    {
        var number = numbers;
        numbers = numbers[ServerNumber.Length(number)..];
        return ServerNumber.ToDouble(number);
    }

    /// <summary>A <c>timestamptz</c>.</summary>
    public static UtcTime Time(ReadOnlySpan<byte> value) =>
        UtcTime.FromTicks((BinaryPrimitives.ReadInt64BigEndian(value) * TimeSpan.TicksPerMicrosecond) + (Epoch * TimeSpan.TicksPerMinute));
}
