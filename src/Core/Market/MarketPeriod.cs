using DxyOrleans.Core.Time;

namespace DxyOrleans.Core.Market;

/// <summary>What a period of the calendar says of its minutes.</summary>
public enum MarketPeriodKind
{
    /// <summary>Nobody trades: no bar is expected, and one that stands there is outside the calendar.</summary>
    Closed,

    /// <summary>The rest of a trading day that ends early; otherwise as <see cref="Closed"/>.</summary>
    EarlyClose,

    /// <summary>Minutes may be empty: none is missed, and a bar that stands there is as good as any.</summary>
    Thin,

    /// <summary>Trading, whatever the rule or a wider period says.</summary>
    Open,
}

/// <summary>A stretch of time in which the market differs from what <see cref="FxWeek"/> says.</summary>
/// <param name="Id">Its number in the table; of two that overlap, the later one counts.</param>
/// <param name="Range">Whole minutes, <c>[from, to)</c>.</param>
/// <param name="Kind">How.</param>
/// <param name="SymbolClass">The asset class it is for, as the registry names it; null: for all.</param>
/// <param name="Note">Why, for people.</param>
public sealed record MarketPeriod(long Id, TimeRange Range, MarketPeriodKind Kind, string? SymbolClass, string Note);

/// <summary>The kinds as tables and the console write them.</summary>
public static class MarketPeriodKinds
{
    static readonly (MarketPeriodKind Kind, string Text)[] Texts =
    [
        (MarketPeriodKind.Closed, "closed"),
        (MarketPeriodKind.EarlyClose, "early-close"),
        (MarketPeriodKind.Thin, "thin"),
        (MarketPeriodKind.Open, "open"),
    ];

    public static IReadOnlyList<string> All { get; } = [.. Texts.Select(known => known.Text)];

    public static string Text(this MarketPeriodKind kind) => Array.Find(Texts, known => known.Kind == kind).Text;

    /// <exception cref="FormatException">No kind is called that.</exception>
    public static MarketPeriodKind Parse(string text) =>
        Array.Find(Texts, known => known.Text == text) is { Text: not null } found
            ? found.Kind
            : throw new FormatException($"'{text}' is no kind of period; {string.Join(", ", All)} are.");
}
