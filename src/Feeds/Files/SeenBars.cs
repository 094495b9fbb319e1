using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files;

/// <summary>
/// Which bars there have been so far, as a 32-bit print of each (values compared to the 15 digits of a double): 4 bytes a bar where
/// bars are dense, as in FX files, by pages of 64 slots.
/// </summary>
sealed class SeenBars
{
    public enum Sight
    {
        /// <summary>Its first sight.</summary>
        New,

        /// <summary>The same bar was there.</summary>
        Equal,

        /// <summary>Another bar of its series and time was there.</summary>
        Different,

        /// <summary>The file's bars are of too many times or symbols to be remembered.</summary>
        NoRoom,
    }

    const int PageBits = 6;

    // 64 bars where they are dense, one where they are scattered; a quarter of a KiB either way, so some 150 MiB in all.
    const int MaxPages = 1 << 19;
    const int MaxSeries = 100_000;

    readonly Dictionary<Series, int> _series = [];
    readonly Dictionary<(int Series, long Page), uint[]> _pages = [];
    (int Series, long Page) _lastKey = (-1, 0);
    uint[] _lastPage = [];
    Series _lastSeries;
    int _lastNumber = -1;

    /// <summary>Remembers the bar unless one of its series and time is there, or no more can be remembered.</summary>
    public Sight See(Bar bar)
    {
        var slot = bar.Time.Ticks / bar.Timeframe.Ticks;
        var key = (NumberOf(bar.Series), slot >> PageBits);
        if (key.Item1 < 0)
        {
            return Sight.NoRoom;
        }

        if (key != _lastKey)
        {
            if (!_pages.TryGetValue(key, out var page))
            {
                if (_pages.Count == MaxPages)
                {
                    return Sight.NoRoom;
                }

                _pages.Add(key, page = new uint[1 << PageBits]);
            }

            (_lastKey, _lastPage) = (key, page);
        }

        ref var seen = ref _lastPage[slot & ((1 << PageBits) - 1)];
        var print = Print(bar);
        if (seen != 0)
        {
            return seen == print ? Sight.Equal : Sight.Different;
        }

        seen = print;
        return Sight.New;
    }

    int NumberOf(Series series)
    {
        if (_lastNumber < 0 || series != _lastSeries)
        {
            if (!_series.TryGetValue(series, out var number))
            {
                if (_series.Count == MaxSeries)
                {
                    return -1;
                }

                _series.Add(series, number = _series.Count);
            }

            (_lastSeries, _lastNumber) = (series, number);
        }

        return _lastNumber;
    }

    static uint Print(Bar bar)
    {
        var print = Mix(bar.IsPartial ? 1UL : 0, bar.Open);
        print = Mix(print, bar.High);
        print = Mix(print, bar.Low);
        print = Mix(print, bar.Close);
        print = Mix(print, bar.Volume);
        print = Mix(Mix(print, bar.TradeCount), bar.Vwap ?? 0);
        return (uint)(print >> 32) | 1;
    }

    static ulong Mix(ulong print, decimal value)
    {
        unchecked
        {
            print = (print ^ BitConverter.DoubleToUInt64Bits((double)value)) * 0x9E3779B97F4A7C15;
            return print ^ (print >> 29);
        }
    }
}
