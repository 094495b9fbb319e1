using System.Collections.Immutable;
using System.Text;

namespace DxyOrleans.Feeds.Files;

/// <summary>Names of columns as they are compared: without case, quotes, brackets, blanks and what parts words.</summary>
static class HeaderNames
{
    const int Longest = 64;

    /// <summary>The mark of a header that names no symbol.</summary>
    public const string NoSymbol = "!symbol|ticker|pair|currencypair|instrument|canonicalsymbol";

    /// <summary>The prices' names, which all vendors share.</summary>
    public static ImmutableDictionary<string, BarColumn> Prices { get; } =
        Table(
            (BarColumn.Open, "open|o|openprice|priceopen"),
            (BarColumn.High, "high|h|max|highprice|pricehigh"),
            (BarColumn.Low, "low|l|min|lowprice|pricelow"),
            (BarColumn.Close, "close|c|closeprice|priceclose")
        );

    /// <summary>A table of names, alternatives parted by a bar.</summary>
    public static ImmutableDictionary<string, BarColumn> Table(params (BarColumn Column, string Names)[] columns) =>
        columns
            .SelectMany(column => column.Names.Split('|').Select(name => KeyValuePair.Create(name, column.Column)))
            .ToImmutableDictionary();

    /// <summary>The prices' names and more.</summary>
    public static ImmutableDictionary<string, BarColumn> PricesAnd(params (BarColumn Column, string Names)[] columns) =>
        Prices.AddRange(Table(columns));

    /// <summary>The name without what is in round brackets behind it, and what is in them: <c>Time (EET)</c> is <c>time</c> and
    /// <c>EET</c>.</summary>
    public static (string Name, string? Bracketed) Plain(ReadOnlySpan<byte> cell)
    {
        var text = Encoding.UTF8.GetString(cell[..Math.Min(cell.Length, Longest)]);
        var bracket = text.IndexOf('(', StringComparison.Ordinal);
        var end = bracket < 0 ? -1 : text.IndexOf(')', bracket);
        return (
            new string([.. text[..(end < 0 ? text.Length : bracket)].Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]),
            end < 0 ? null : text[(bracket + 1)..end].Trim()
        );
    }
}
