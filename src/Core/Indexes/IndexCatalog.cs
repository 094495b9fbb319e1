using System.Collections.Immutable;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Core.Indexes;

/// <summary>An index that can be had ready made.</summary>
/// <param name="Definition">What it is.</param>
/// <param name="AssetClass">As a registry row has it.</param>
/// <param name="Description">What it is, for people.</param>
/// <param name="Golden">Its level at the golden closes: <see cref="IndexCatalog.GoldenCloses"/>.</param>
public sealed record CatalogIndex(IndexDefinition Definition, string AssetClass, string Description, double Golden);

/// <summary>
/// Indexes that can be derived from DXY's six pairs, none of them on by itself: adding one to the registry is the user's doing, as
/// is the right to use its name.
/// The definitions are valid from the euro's first trading day.
/// </summary>
public static class IndexCatalog
{
    /// <summary>The asset class of crosses.</summary>
    public const string Cross = "fx_cross";

    const string Basket = "currency_index";

    // In the order in which a market quotes them, the first of a cross first.
    static readonly string[] Currencies = ["EUR", "GBP", "CAD", "CHF", "SEK", "JPY"];

    /// <summary>The closes at which the golden levels are given.</summary>
    public static ImmutableDictionary<Symbol, double> GoldenCloses { get; } =
        new Dictionary<string, double>
        {
            ["EURUSD"] = 1.10,
            ["USDJPY"] = 150,
            ["GBPUSD"] = 1.27,
            ["USDCAD"] = 1.36,
            ["USDSEK"] = 10.5,
            ["USDCHF"] = 0.88,
        }.ToImmutableDictionary(close => Symbol.Parse(close.Key), close => close.Value);

    /// <summary>All of them: baskets first, then the fifteen crosses.</summary>
    public static ImmutableArray<CatalogIndex> All { get; } =
    [
        Of(
            "EURX",
            Basket,
            "Euro index by the formula of the ICE Euro Index, from USD pairs",
            34.38805726,
            ("EURUSD", 1.0),
            ("GBPUSD", -0.3056),
            ("USDJPY", 0.1891),
            ("USDCHF", 0.1113),
            ("USDSEK", 0.0785)
        ),
        Of(
            "USD5SEK",
            Basket,
            "Equal-weight dollar against EUR, GBP, JPY, CAD, CHF and SEK, geometric",
            1,
            ("USDCAD", 1 / 6.0),
            ("USDCHF", 1 / 6.0),
            ("USDJPY", 1 / 6.0),
            ("USDSEK", 1 / 6.0),
            ("EURUSD", -1 / 6.0),
            ("GBPUSD", -1 / 6.0)
        ),
        .. Currencies.SelectMany((first, i) => Currencies.Skip(i + 1).Select(second => CrossOf(first, second))),
    ];

    /// <summary>The one of that name; null when there is none.</summary>
    public static CatalogIndex? Find(string name) =>
        All.FirstOrDefault(index => string.Equals(index.Definition.Symbol.Name, name, StringComparison.OrdinalIgnoreCase));

    // How many dollars the first is worth, over how many the second is.
    static CatalogIndex CrossOf(string first, string second)
    {
        var (one, other) = (PairOf(first), PairOf(second));
        return Of(
            first + second,
            Cross,
            $"{first} in {second}, triangulated over the dollar; highs and lows are those of its closes",
            1,
            one,
            (other.Pair, -other.Exponent)
        );
    }

    static (string Pair, double Exponent) PairOf(string currency) =>
        GoldenCloses.ContainsKey(Symbol.Parse(currency + "USD")) ? (currency + "USD", 1) : ("USD" + currency, -1);

    static CatalogIndex Of(
        string name,
        string assetClass,
        string description,
        double factor,
        params (string Pair, double Exponent)[] components
    )
    {
        var definition = new IndexDefinition(
            Symbol.Parse(name),
            factor,
            [.. components.Select(component => new IndexComponent(Symbol.Parse(component.Pair), component.Exponent))],
            IndexDefinition.Dxy.Since
        );
        var golden = definition.Components.Aggregate(factor, (level, component) =>
            level * Math.Pow(GoldenCloses[component.Symbol], component.Exponent)
        );
        return new CatalogIndex(definition, assetClass, description, golden);
    }
}
