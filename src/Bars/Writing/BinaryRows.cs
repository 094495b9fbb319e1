using System.Buffers.Binary;

namespace DxyOrleans.Bars.Writing;

/// <summary>
/// Rows in the form of PostgreSQL's binary COPY, gathered in memory: each value is its length, then its bytes, the highest first. Npgsql's
/// importer takes a call, and mostly an allocation, a value; a backfill writes half a million rows of sixteen, most of them always the
/// same.
/// </summary>
public sealed class BinaryRows
{
    static readonly byte[] Signature = [.. "PGCOPY\n"u8, 0xFF, .. "\r\n"u8, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    // Microseconds between 0001-01-01 and 2000-01-01, where the server counts from.
    static readonly long Epoch = new DateTime(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks / TimeSpan.TicksPerMicrosecond;

    byte[] _bytes = new byte[1 << 17];
    int _length;

    public int Length => _length;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _length);

    public void Clear() => _length = 0;

    /// <summary>What a COPY begins with.</summary>
    public void Begin() => Append(Signature);

    /// <summary>What a COPY ends with.</summary>
    public void End() => Int16(-1);

    /// <summary>Bytes that were encoded before.</summary>
    public void Append(ReadOnlySpan<byte> encoded) => encoded.CopyTo(Take(encoded.Length));

    /// <summary>How many values the next row has.</summary>
    public void Row(short values) => Int16(values);

    public void Null() => Int32(-1);

    public void Text(ReadOnlySpan<byte> utf8)
    {
        Int32(utf8.Length);
        Append(utf8);
    }

    /// <summary>A <c>jsonb</c>, whose text is preceded by the number of its form.</summary>
    public void Json(ReadOnlySpan<byte> utf8)
    {
        Int32(utf8.Length + 1);
        Take(1)[0] = 1;
        Append(utf8);
    }

    public void Int4(int value)
    {
        Int32(4);
        Int32(value);
    }

    public void Boolean(bool value)
    {
        Int32(1);
        Take(1)[0] = value ? (byte)1 : (byte)0;
    }

    public void Time(Core.Time.UtcTime time)
    {
        Int32(8);
        BinaryPrimitives.WriteInt64BigEndian(Take(8), (time.Ticks / TimeSpan.TicksPerMicrosecond) - Epoch);
    }

    /// <summary>A number not below zero.</summary>
    public void Number(decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        var low = unchecked(((ulong)(uint)parts[1] << 32) | (uint)parts[0]);
        var scale = (parts[3] >> 16) & 0xFF;
        if (parts[2] == 0 && scale <= 8)
        {
            Number(low, scale);
        }
        else
        {
            Number(new UInt128(unchecked((uint)parts[2]), low), scale);
        }
    }

    /// <summary>The number <c>mantissa / 10^scale</c>; the scale is at most 8.</summary>
    public void Number(ulong mantissa, int scale)
    {
        // Groups of four digits, those of the fraction whole: a scale of 5 to 8 has two of them.
        var fraction = (scale + 3) / 4;
        var (whole, part) = Math.DivRem(mantissa, Power(scale));
        part *= Power((fraction * 4) - scale);
        Span<ushort> groups = stackalloc ushort[8];
        var first = groups.Length - fraction;
        for (var i = groups.Length - 1; i >= first; i--)
        {
            (part, var group) = Math.DivRem(part, 10_000);
            groups[i] = (ushort)group;
        }

        while (whole > 0)
        {
            (whole, var group) = Math.DivRem(whole, 10_000);
            groups[--first] = (ushort)group;
        }

        Groups(groups[first..], groups.Length - fraction - first, scale);
    }

    void Number(UInt128 mantissa, int scale)
    {
        var fraction = (scale + 3) / 4;
        Span<ushort> groups = stackalloc ushort[20];
        var first = groups.Length;
        // The last group of the fraction may be short; it is filled with zeros.
        var missing = (fraction * 4) - scale;
        if (missing > 0)
        {
            var (rest, digits) = UInt128.DivRem(mantissa, Power(4 - missing));
            groups[--first] = (ushort)((ulong)digits * Power(missing));
            mantissa = rest;
        }

        while (mantissa > 0 || groups.Length - first < fraction)
        {
            (mantissa, var group) = UInt128.DivRem(mantissa, 10_000);
            groups[--first] = (ushort)group;
        }

        Groups(groups[first..], groups.Length - fraction - first, scale);
    }

    // The server's numeric: how many groups, the power of 10,000 of the first, the sign, the scale, the groups.
    void Groups(ReadOnlySpan<ushort> groups, int whole, int scale)
    {
        Int32(8 + (groups.Length * 2));
        Int16((short)groups.Length);
        Int16((short)(whole - 1));
        Int16(0);
        Int16((short)scale);
        foreach (var group in groups)
        {
            Int16((short)group);
        }
    }

    static ulong Power(int exponent) =>
        exponent switch
        {
            0 => 1,
            1 => 10,
            2 => 100,
            3 => 1_000,
            4 => 10_000,
            5 => 100_000,
            6 => 1_000_000,
            7 => 10_000_000,
            8 => 100_000_000,
            _ => throw new ArgumentOutOfRangeException(nameof(exponent), exponent, "Powers of ten from 0 to 8."),
        };

    void Int16(short value) => BinaryPrimitives.WriteInt16BigEndian(Take(2), value);

    void Int32(int value) => BinaryPrimitives.WriteInt32BigEndian(Take(4), value);

    Span<byte> Take(int count)
    {
        if (_bytes.Length - _length < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, _length + count));
        }

        _length += count;
        return _bytes.AsSpan(_length - count, count);
    }
}
