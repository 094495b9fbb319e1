using System.Collections.Immutable;
using System.Globalization;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.TrueFx;

/// <summary>
/// Reads what a poll answers, a pair a line: name, milliseconds, bid and ask each as its big figure and its points, which are joined as
/// text
/// (<c>1.09</c> and <c>034</c> are 1.09034), then the day's high, low and open. The same quote comes until there is a newer one, and is
/// told once.
/// </summary>
sealed class TrueFxQuotes(
    TrueFxOptions options,
    SpellingMap pairs,
    ImmutableArray<Symbol> symbols,
    Dictionary<Symbol, UtcTime> told,
    IFeedSink sink
)
{
    const int Fields = 6;

    /// <summary>Whether the vendor doesn't know the session (any more).</summary>
    public static bool IsRefusal(string text) => text.StartsWith("not authorized", StringComparison.OrdinalIgnoreCase);

    public void Tell(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var fields = line.Split(',');
            if (fields.Length < Fields || !pairs.TryRead(fields[0], out var symbol))
            {
                sink.PassedOver($"a line of {fields.Length} fields that begins with no pair");
                continue;
            }

            if (!symbols.Contains(symbol))
            {
                continue;
            }

            if (
                !long.TryParse(fields[1], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
                || milliseconds > 253_402_300_799_999
                || !TryPrice(fields[2], fields[3], out var bid)
                || !TryPrice(fields[4], fields[5], out var ask)
                || bid <= 0
                || ask < bid
            )
            {
                sink.PassedOver($"a quote of {symbol} that lacks a side or a time, or whose ask is below its bid");
                continue;
            }

            var time = UtcTime.From(DateTimeOffset.FromUnixTimeMilliseconds(milliseconds));
            if (!told.TryGetValue(symbol, out var last) || time > last)
            {
                told[symbol] = time;
                sink.Quote(symbol, new Quote(time, options.Side.Of(bid, ask)));
            }
        }
    }

    static bool TryPrice(string figure, string points, out decimal price)
    {
        price = 0;
        return points.Length > 0
            && points.All(char.IsAsciiDigit)
            && decimal.TryParse(figure + points, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out price);
    }
}
