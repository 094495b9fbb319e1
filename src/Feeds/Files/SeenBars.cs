using System.Runtime.InteropServices;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files;

/// <summary>
/// Which bars a file has held so far, as a 64-bit print of each (values compared to the 15 digits of a double): 8 bytes a bar where
/// bars are dense, as in FX files, by pages of 64 slots.
/// </summary>
sealed class SeenBars
{
    const int PageBits = 6;
    readonly Dictionary<Symbol, int> _symbols = [];
    readonly Dictionary<(int Symbol, long Page), ulong[]> _pages = [];
    (int Symbol, long Page) _lastKey = (-1, 0);
    ulong[] _lastPage = [];
    Symbol _lastSymbol;
    int _lastNumber = -1;

    /// <summary>Remembers the bar unless one of its symbol and time is there; then says whether that one is equal.</summary>
    public bool IsNew(Bar bar, out bool equal)
    {
        var slot = bar.Time.Ticks / bar.Timeframe.Ticks;
        var key = (NumberOf(bar.Symbol), slot >> PageBits);
        if (key != _lastKey)
        {
            ref var page = ref CollectionsMarshal.GetValueRefOrAddDefault(_pages, key, out _);
            page ??= new ulong[1 << PageBits];
            (_lastKey, _lastPage) = (key, page);
        }

        ref var seen = ref _lastPage[slot & ((1 << PageBits) - 1)];
        var print = Print(bar);
        equal = seen == print;
        if (seen != 0)
        {
            return false;
        }

        seen = print;
        return true;
    }

    int NumberOf(Symbol symbol)
    {
        if (_lastNumber < 0 || symbol != _lastSymbol)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_symbols, symbol, out var known);
            number = known ? number : _symbols.Count;
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
