using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Feeds;

/// <summary>What of a bar or a quote tells whether it is a spike.</summary>
public readonly record struct PriceReading(UtcTime Time, decimal Low, decimal High, decimal Close);

/// <summary>
/// Holds back prices that leap away from the one before, until the next one tells whether the market went there: it did where the next
/// leaps to the same
/// side, and else what was held is a spike and is never told. One pair's prices go through one filter in the order of their time; what
/// comes late is judged
/// as well, and moves nothing.
/// </summary>
/// <typeparam name="T">A bar or a quote.</typeparam>
/// <param name="limit">The leap, as a share of the price before, from which a price is held; 0: none is.</param>
/// <param name="memory">How long a price is something to compare with.</param>
/// <param name="read">Its times and prices.</param>
public sealed class SpikeFilter<T>(decimal limit, TimeSpan memory, Func<T, PriceReading> read)
    where T : notnull
{
    PriceReading? _last;
    (T Item, PriceReading Reading, int Side)? _held;

    /// <summary>What may be told now: nothing, the item, or one that was held and the item.</summary>
    /// <param name="item">The next price.</param>
    /// <param name="spike">What was held and turns out to be a spike; null: nothing did.</param>
    public IReadOnlyList<T> Next(T item, out T? spike)
    {
        spike = default;
        var reading = read(item);
        if (limit == 0 || _last is not { } last || (reading.Time - last.Time).Duration() > memory)
        {
            Follow(reading);
            return Release(item);
        }

        var side = SideOf(reading, last.Close);
        if (reading.Time < last.Time)
        {
            spike = side == 0 ? default : item;
            return side == 0 ? [item] : [];
        }

        if (side == 0)
        {
            spike = _held is { } wrong ? wrong.Item : default;
            _held = null;
            Follow(reading);
            return [item];
        }

        // Told again: it is no second witness.
        if (_held is { } held && held.Reading.Time == reading.Time)
        {
            _held = (item, reading, side);
            return [];
        }

        if (_held is { } witness && witness.Side == side)
        {
            Follow(reading);
            return Release(item);
        }

        spike = _held is { } other ? other.Item : default;
        _held = (item, reading, side);
        return [];
    }

    IReadOnlyList<T> Release(T item)
    {
        IReadOnlyList<T> all = _held is { } held ? [held.Item, item] : [item];
        _held = null;
        return all;
    }

    void Follow(PriceReading reading) => _last = _last is { } last && last.Time > reading.Time ? last : reading;

    // To which side it leaps, by its farthest price; 0 where it doesn't.
    int SideOf(PriceReading reading, decimal before)
    {
        var up = (reading.High / before) - 1;
        var down = 1 - (reading.Low / before);
        return Math.Max(up, down) <= limit ? 0
            : up > down ? 1
            : -1;
    }
}
