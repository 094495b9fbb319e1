using System.Globalization;

namespace DxyOrleans.Client.Commands.Import;

/// <summary>What is told of rows that nobody asked for: a line for each cause, and one where no row of a file was wanted.</summary>
internal static class PassedOverText
{
    const int NamedSymbols = 8;

    public static IEnumerable<string> Lines(
        ImportFile file,
        string name,
        IReadOnlyCollection<Symbol> asked,
        IReadOnlyCollection<Symbol> known
    )
    {
        foreach (var others in file.Others.Where(others => others.Rows > 0))
        {
            var first = string.Join(", ", others.First.Select(other => $"{other.Name} ({Rows(other.Rows)} from line {other.Line})"));
            var more = others.Count > others.First.Count ? $", and {N(others.Count - others.First.Count)} more" : "";
            yield return $"passed   {Rows(others.Rows)} of {N(others.Count)} other {(others.Count == 1 ? "symbol" : "symbols")} passed "
                + $"over in {name}: {first}{more}";
        }

        if (file.Others.Count > 0 && file.Others.TrueForAll(others => !others.AnyWanted) && file.PassedOver.OtherSymbols > 0)
        {
            var wanted = asked.Count > 0 ? asked : known;
            var which = string.Join(", ", wanted.Order().Take(NamedSymbols)) + (wanted.Count > NamedSymbols ? ", …" : "");
            yield return asked.Count > 0
                ? $"passed   no row of {name} is of {which}, which --symbol asks for"
                : $"passed   no row of {name} is of a symbol in the registry ({which}); './dxy symbols add FILE' adds some";
        }

        foreach (
            var (count, what) in (IEnumerable<(int, string)>)
                [
                    (file.PassedOver.OtherTimeframes, "of timeframes that --timeframe doesn't ask for"),
                    (file.PassedOver.ClosedMarket, "of the closed market (flat, volume 0)"),
                    (file.PassedOver.Deleted, "that were deleted"),
                    (file.PassedOver.Running, "of bars that weren't done yet"),
                ]
        )
        {
            if (count > 0)
            {
                yield return $"passed   {Rows(count)} {what} passed over in {name}";
            }
        }
    }

    /// <summary>What became of the quotes of a file; nothing where it has bars.</summary>
    public static string? Quotes(ImportFile file, string name) =>
        file.Quotes > 0 ? $"note     {name}: bars were made of its quotes, {Rows(file.Quotes)} more than there are bars" : null;

    static string Rows(long rows) => rows == 1 ? "1 row" : $"{N(rows)} rows";

    static string N(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
