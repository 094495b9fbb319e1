namespace DxyOrleans.Feeds.Files.Clocks;

/// <summary>
/// Reads a date, a time of day and, where it is there, a zone off a text: <c>2019-10-03 00:00:00.000+00:00</c>, <c>20191001 040000</c>,
/// <c>2019.10.01,04:00</c>, <c>201910010400</c>,
/// <c>04.10.2019 20:57:00.000 GMT+0300</c>. The parts of a date may stand apart by a dash, a dot, a slash or
/// nothing.
/// </summary>
ref struct TimeText(ReadOnlySpan<byte> text)
{
    const int MaxOffsetHours = 14;

    ReadOnlySpan<byte> _rest = text.Trim((byte)' ');

    public bool TryRead(DateOrder order, out SpelledTime time)
    {
        time = default;
        if (
            !TryDate(order, out var year, out var month, out var day, out var isApart)
            || (!TryGap() && (isApart || _rest.IsEmpty))
            || !TryClock(out var hour, out var minute, out var second, out var fraction)
            || !FieldReader.TryDateTime(year, month, day, hour, minute, second, out var local)
            || !TryZone(out var offset)
        )
        {
            return false;
        }

        var ticks = local.Ticks + fraction - (offset?.Ticks ?? 0);
        if (ticks < 0 || ticks > DateTime.MaxValue.Ticks)
        {
            return false;
        }

        time = new SpelledTime(new DateTime(ticks), offset is not null);
        return true;
    }

    bool TryDate(DateOrder order, out int year, out int month, out int day, out bool isApart)
    {
        (year, month, day) = (0, 0, 0);
        var ok = TryDigits(order == DateOrder.YearFirst ? 4 : 2, out var first);
        var between = ok && !_rest.IsEmpty && _rest[0] is (byte)'-' or (byte)'.' or (byte)'/' ? _rest[0] : (byte)0;
        isApart = between != 0;
        ok = ok & TryMark(between) & TryDigits(2, out var second) && TryMark(between);
        if (!ok || !TryDigits(order == DateOrder.YearFirst ? 2 : 4, out var last))
        {
            return false;
        }

        (year, month, day) = order switch
        {
            DateOrder.YearFirst => (first, second, last),
            DateOrder.DayFirst => (last, second, first),
            _ => (last, first, second),
        };
        return true;
    }

    bool TryGap()
    {
        var length =
            _rest.IsEmpty ? 0
            : _rest[0] is (byte)'T' or (byte)'t' ? 1
            : _rest.Length - _rest.TrimStart((byte)' ').Length;
        _rest = _rest[length..];
        return length > 0;
    }

    bool TryClock(out int hour, out int minute, out int second, out long fraction)
    {
        (minute, second, fraction) = (0, 0, 0);
        if (!TryDigits(2, out hour))
        {
            return false;
        }

        var colon = !_rest.IsEmpty && _rest[0] == ':' ? (byte)':' : (byte)0;
        if (!TryMark(colon) || !TryDigits(2, out minute))
        {
            return false;
        }

        if (!_rest.IsEmpty && (colon == 0 ? char.IsAsciiDigit((char)_rest[0]) : _rest[0] == colon))
        {
            return TryMark(colon) && TryDigits(2, out second) && TryFraction(colon == 0, out fraction);
        }

        return true;
    }

    // Nothing, or a point and digits; those beyond ticks say nothing of a bar.
    bool TryFraction(bool mayJoin, out long ticks)
    {
        ticks = 0;
        if (mayJoin && _rest.Length == 3 && TryDigits(3, out var milliseconds))
        {
            // 20120201 000003660
            ticks = milliseconds * TimeSpan.TicksPerMillisecond;
            return true;
        }

        if (_rest.IsEmpty || _rest[0] is not ((byte)'.' or (byte)','))
        {
            return true;
        }

        var digits = 0;
        var scale = TimeSpan.TicksPerSecond;
        for (_rest = _rest[1..]; !_rest.IsEmpty && char.IsAsciiDigit((char)_rest[0]); _rest = _rest[1..], digits++)
        {
            scale /= 10;
            ticks += scale * (_rest[0] - '0');
        }

        return digits > 0;
    }

    bool TryZone(out TimeSpan? offset)
    {
        offset = null;
        _rest = _rest.Trim((byte)' ');
        if (_rest.IsEmpty)
        {
            return true;
        }

        if (_rest is [(byte)'Z' or (byte)'z'])
        {
            offset = TimeSpan.Zero;
            return true;
        }

        if (_rest.StartsWith("UTC"u8) || _rest.StartsWith("GMT"u8))
        {
            _rest = _rest[3..];
            if (_rest.IsEmpty)
            {
                offset = TimeSpan.Zero;
                return true;
            }
        }

        return TryOffset(out offset);
    }

    bool TryOffset(out TimeSpan? offset)
    {
        offset = null;

        // The minus of typographers too.
        var minus =
            _rest.StartsWith("−"u8) ? 3
            : _rest.StartsWith("-"u8) ? 1
            : 0;
        if (minus == 0 && !_rest.StartsWith("+"u8))
        {
            return false;
        }

        _rest = _rest[Math.Max(minus, 1)..];
        var minutes = 0;
        if (
            !TryDigits(2, out var hours)
            || (!_rest.IsEmpty && (!TryMark(_rest[0] == ':' ? (byte)':' : (byte)0) || !TryDigits(2, out minutes)))
            || !_rest.IsEmpty
            || hours > MaxOffsetHours
            || minutes > 59
        )
        {
            return false;
        }

        offset = TimeSpan.FromMinutes((minus > 0 ? -1 : 1) * ((hours * 60) + minutes));
        return true;
    }

    bool TryMark(byte mark)
    {
        if (mark == 0)
        {
            return true;
        }

        if (_rest.IsEmpty || _rest[0] != mark)
        {
            return false;
        }

        _rest = _rest[1..];
        return true;
    }

    bool TryDigits(int count, out int value)
    {
        value = _rest.Length < count ? -1 : FieldReader.Digits(_rest, 0, count);
        if (value < 0)
        {
            return false;
        }

        _rest = _rest[count..];
        return true;
    }
}
