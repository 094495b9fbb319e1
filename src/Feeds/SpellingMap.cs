using System.Diagnostics.CodeAnalysis;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds;

/// <summary>How a vendor spells pairs: by a pattern, less the exceptions. Reads any usual spelling.</summary>
public sealed class SpellingMap
{
    const string Base = "{base}";
    const string Quoted = "{quote}";
    const int Letters = 6;

    readonly string _pattern;
    readonly Dictionary<Symbol, string> _bySymbol = [];
    readonly Dictionary<string, Symbol> _bySpelling = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="pattern">With <c>{base}</c> and <c>{quote}</c>, such as <c>{base}/{quote}</c>.</param>
    /// <param name="exceptions">Spellings of single pairs, by our names.</param>
    /// <exception cref="ArgumentException">The pattern lacks one of the two, or a name is none.</exception>
    public SpellingMap(string pattern, IReadOnlyDictionary<string, string>? exceptions = null)
    {
        if (!IsPattern(pattern))
        {
            throw new ArgumentException($"'{pattern}' is no spelling of pairs; write it like {Base}/{Quoted}.", nameof(pattern));
        }

        _pattern = pattern;
        foreach (var (name, spelling) in exceptions ?? new Dictionary<string, string>())
        {
            if (!Symbol.TryParse(name, out var symbol))
            {
                throw new ArgumentException($"'{name}' is no pair; write it like EURUSD.", nameof(exceptions));
            }

            _bySymbol[symbol] = spelling;
            _bySpelling[spelling] = symbol;
        }
    }

    public static bool IsPattern(string pattern) =>
        pattern.Contains(Base, StringComparison.Ordinal) && pattern.Contains(Quoted, StringComparison.Ordinal);

    /// <summary>The vendor's spelling; null for what is no pair of currencies.</summary>
    public string? SpellingOf(Symbol symbol) =>
        _bySymbol.TryGetValue(symbol, out var own) ? own
        : IsPair(symbol.Name)
            ? _pattern.Replace(Base, symbol.Name[..3], StringComparison.Ordinal).Replace(Quoted, symbol.Name[3..], StringComparison.Ordinal)
        : null;

    /// <summary>The pair that a vendor's text means: <c>C:EUR-USD</c>, <c>EUR/USD</c>, <c>EUR_USD</c>, <c>eurusd</c>.</summary>
    public bool TryRead([NotNullWhen(true)] string? text, out Symbol symbol)
    {
        symbol = default;
        if (text is null)
        {
            return false;
        }

        if (_bySpelling.TryGetValue(text, out symbol))
        {
            return true;
        }

        var bare = string.Concat(text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..].Where(c => c is not ('/' or '-' or '_')));
        return IsPair(bare) && Symbol.TryParse(bare, out symbol);
    }

    static bool IsPair(string name) => name.Length == Letters && name.All(char.IsAsciiLetter);
}
