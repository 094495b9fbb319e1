using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files;

/// <summary>
/// The symbol that a file's name hints at: one of the registry, standing alone among what is no letter, or its two currencies with a mark
/// between them, as in <c>DAT_ASCII_EURUSD_M1_2019.csv</c> and <c>EUR_USD-2019.csv</c>. Nothing is guessed from a longer word or from two.
/// </summary>
static class SymbolInFileName
{
    const int PairLength = 6;
    const string Marks = "-_. /";

    /// <summary>Of an archive's entry its own name counts, and the archive's where that says nothing.</summary>
    /// <param name="name">The path; of an entry <c>path!entry</c>.</param>
    /// <param name="known">The registry's symbols; null takes any run of six letters for a pair.</param>
    /// <param name="ambiguous">The symbols, where there are several.</param>
    public static Symbol? Find(string name, IReadOnlyCollection<Symbol>? known, out string? ambiguous)
    {
        ambiguous = null;
        foreach (var part in name.Split('!').Reverse())
        {
            var file = Path.GetFileName(part).ToUpperInvariant();
            var found = known is null ? [.. Runs(file)] : known.Where(symbol => Stands(file, symbol.Name)).Distinct().ToList();
            if (found.Count == 1)
            {
                return found[0];
            }

            if (found.Count > 1)
            {
                ambiguous = string.Join(" and ", found.Order());
                return null;
            }
        }

        return null;
    }

    static HashSet<Symbol> Runs(string file) =>
        [
            .. string.Concat(file.Select(c => char.IsAsciiLetter(c) ? c : ' '))
                .Split(' ')
                .Where(run => run.Length == PairLength)
                .Select(Symbol.Parse),
        ];

    static bool Stands(string file, string symbol)
    {
        if (StandsAs(file, symbol))
        {
            return true;
        }

        return symbol.Length == PairLength && Marks.Any(mark => StandsAs(file, $"{symbol[..3]}{mark}{symbol[3..]}"));
    }

    static bool StandsAs(string file, string name)
    {
        for (var at = file.IndexOf(name, StringComparison.Ordinal); at >= 0; at = file.IndexOf(name, at + 1, StringComparison.Ordinal))
        {
            if (
                Ends(name[0], at == 0 ? ' ' : file[at - 1])
                && Ends(name[^1], at + name.Length == file.Length ? ' ' : file[at + name.Length])
            )
            {
                return true;
            }
        }

        return false;
    }

    // A letter ends a word of digits, and a digit one of letters.
    static bool Ends(char own, char beside) => char.IsAsciiDigit(own) ? !char.IsAsciiDigit(beside) : !char.IsLetter(beside);
}
