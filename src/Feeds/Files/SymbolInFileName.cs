using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files;

/// <summary>The pair a file name tells of: its only run of letters that is six long, as in <c>DAT_ASCII_EURUSD_M1_2019.csv</c>.</summary>
static class SymbolInFileName
{
    public static Symbol? Find(string name)
    {
        var file = Path.GetFileNameWithoutExtension(name[(name.LastIndexOf('!') + 1)..]);
        var pairs = file.Split(file.Where(c => !char.IsAsciiLetter(c)).Distinct().ToArray(), StringSplitOptions.RemoveEmptyEntries)
            .Where(run => run.Length == 6)
            .Select(run => run.ToUpperInvariant())
            .Distinct()
            .ToList();
        return pairs is [var pair] ? Symbol.Parse(pair) : null;
    }
}
