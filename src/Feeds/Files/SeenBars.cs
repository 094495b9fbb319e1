using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files;

/// <summary>
/// Which bars a file has held so far, as a 64-bit print of each (values compared to the 15 digits of a double): 8 bytes a bar where
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

        /// <summary>Another bar of its symbol and time was there.</summary>
        Different,

        /// <summary>The file's bars are of too many times or symbols to be remembered.</summary>
        NoRoom,
    }

    const int PageBits = 6;

    // 64 bars where they are dense, one where they are scattered; half a KiB either way, so some 300 MiB in all.
    const int MostPages = 1 << 19;
    const int MostSymbols = 100_000;

    readonly Dictionary<Symbol, int> _symbols = [];
    readonly Dictionary<(int Symbol, long Page), ulong[]> _pages = [];
    (int Symbol, long Page) _lastKey = (-1, 0);
    ulong[] _lastPage = [];
    Symbol _lastSymbol;
    int _lastNumber = -1;

    /// <summary>Remembers the bar unless one of its symbol and time is there, or no more can be remembered.</summary>
    public Sight See(Bar bar)
    {
        var slot = bar.Time.Ticks / bar.Timeframe.Ticks;
        var key = (NumberOf(bar.Symbol), slot >> PageBits);
        if (key.Item1 < 0)
        {
            return Sight.NoRoom;
        }

        if (key != _lastKey)
        {
            if (!_pages.TryGetValue(key, out var page))
            {
                if (_pages.Count == MostPages)
                {
                    return Sight.NoRoom;
                }

                _pages.Add(key, page = new ulong[1 << PageBits]);
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

    int NumberOf(Symbol symbol)
    {
        if (_lastNumber < 0 || symbol != _lastSymbol)
        {
            if (!_symbols.TryGetValue(symbol, out var number))
            {
                if (_symbols.Count == MostSymbols)
                {
                    return -1;
                }

                _symbols.Add(symbol, number = _symbols.Count);
            }

            (_lastSymbol, _lastNumber) = (symbol, number);
        }

        return _lastNumber;
    }

    static ulong Print(Bar bar)
    {
        var print = Mix(0, bar.Open);
        print = Mix(print, bar.High);
        print = Mix(print, bar.Low);
        print = Mix(print, bar.Close);
        print = Mix(print, bar.Volume);
        return Mix(print, bar.TradeCount) | 1;
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
