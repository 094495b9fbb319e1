using System.Collections.Frozen;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files;

/// <summary>
/// What a spelling of a symbol means: the table's word where it has one, else one of the registry's by what vendors put before, between
/// and behind (<c>EUR/USD</c>, <c>EUR_USD</c>, <c>FX:EURUSD</c>, <c>EURUSD=X</c>, <c>EURUSD.FXCM</c>, <c>EURUSDm</c>). Nothing is made of a
/// longer word: <c>EURUSDT</c> is another thing.
/// </summary>
sealed class SymbolSpellings(IReadOnlySet<Symbol>? known, IReadOnlyDictionary<string, Symbol>? table)
{
    const int PairLength = 6;

    static readonly FrozenSet<string> s_suffixes = (
        (string[])["m", "c", "i", "z", "pro", "ecn", "raw", "std", "micro", "mini"]
    ).ToFrozenSet(StringComparer.Ordinal);

    readonly Dictionary<string, Symbol> _table = new(table ?? new Dictionary<string, Symbol>(), StringComparer.OrdinalIgnoreCase);

    public bool TryRead(string text, out Symbol symbol)
    {
        text = text.Trim();
        if (_table.TryGetValue(text, out symbol))
        {
            return true;
        }

        var isSymbol = Symbol.TryParse(text, out symbol);
        if (known is null || (isSymbol && known.Contains(symbol)))
        {
            return isSymbol;
        }

        if (TryBare(text, out var bare))
        {
            symbol = bare;
            return true;
        }

        return isSymbol;
    }

    bool TryBare(string text, out Symbol symbol)
    {
        var from = text.IndexOf(':', StringComparison.Ordinal) + 1;
        var end = text.IndexOfAny(['.', '='], from);
        var word = string.Concat(text[from..(end < 0 ? text.Length : end)].Where(c => c is not ('/' or '-' or '_' or ' ')));
        symbol = default;
        if (
            word.Length > PairLength
            && !(s_suffixes.Contains(word[PairLength..]) || word.Skip(PairLength).All(c => c is '#' or '+' or '!'))
        )
        {
            return false;
        }

        return word.Length >= PairLength
            && word.Take(PairLength).All(char.IsAsciiLetter)
            && Symbol.TryParse(word.AsSpan(0, PairLength), out symbol)
            && known!.Contains(symbol);
    }
}
