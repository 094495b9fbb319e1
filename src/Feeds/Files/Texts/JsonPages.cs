using System.Text.Json;
using DxyOrleans.Core.Bars;

namespace DxyOrleans.Feeds.Files.Texts;

/// <summary>One answer of a vendor's as a table of text.</summary>
/// <param name="Header">The names of its columns.</param>
/// <param name="Lines">A bar each.</param>
readonly record struct JsonPage(string Header, IEnumerable<string> Lines);

/// <summary>Knows the answers of OANDA's v20 candles and of Massive's aggregates by their members.</summary>
static class JsonPages
{
    static readonly string[] s_oandaSides = ["mid", "bid", "ask"];
    static readonly string[] s_prices = ["o", "h", "l", "c"];
    static readonly string[] s_massive = ["t", "v", "o", "c", "h", "l", "vw", "n"];

    /// <exception cref="BrokenTextException">It is an answer of neither.</exception>
    public static JsonPage Of(JsonElement root) =>
        root.TryGetProperty("instrument", out var instrument) && root.TryGetProperty("candles", out var candles)
            ? Oanda(instrument.GetString()!, root.TryGetProperty("granularity", out var length) ? length.GetString() : "M1", candles)
        : root.TryGetProperty("ticker", out var ticker) ? Massive(ticker.GetString()!, root)
        : throw new BrokenTextException(
            new BarFault(
                "unknown-json",
                "it is JSON, and neither an answer of OANDA's candles (instrument, candles) nor of Massive's aggregates (ticker, results)"
            )
        );

    static JsonPage Oanda(string instrument, string? granularity, JsonElement candles)
    {
        var sides = candles.GetArrayLength() == 0 ? [] : s_oandaSides.Where(side => candles[0].TryGetProperty(side, out _)).ToList();
        string[] used =
            sides.Contains("bid") && sides.Contains("ask") ? ["bid", "ask"]
            : sides.Count > 0 ? [sides[0]]
            : ["mid"];
        var prices = used.SelectMany(side => s_prices.Select(price => used.Length > 1 ? $"{side}_{price}" : price));
        return new JsonPage(
            $"oanda_instrument,granularity,time,complete,volume,{string.Join(',', prices)}",
            candles
                .EnumerateArray()
                .Select(candle =>
                    string.Join(
                        ',',
                        (string[])
                            [
                                Text(instrument.Replace('_', '/')),
                                Text(granularity ?? ""),
                                Value(candle, "time"),
                                Value(candle, "complete"),
                                Value(candle, "volume"),
                                .. used.SelectMany(side =>
                                    s_prices.Select(price => candle.TryGetProperty(side, out var of) ? Value(of, price) : "")
                                ),
                            ]
                    )
                )
        );
    }

    static JsonPage Massive(string ticker, JsonElement root) =>
        new(
            $"massive_ticker,{string.Join(',', s_massive)}",
            root.TryGetProperty("results", out var results) && results.ValueKind == JsonValueKind.Array
                ? results.EnumerateArray().Select(bar => string.Join(',', s_massive.Select(name => Value(bar, name)).Prepend(Text(ticker))))
                : []
        );

    static string Value(JsonElement of, string name) =>
        !of.TryGetProperty(name, out var value) ? ""
        : value.ValueKind == JsonValueKind.String ? Text(value.GetString()!)
        : Text(value.GetRawText());

    // What would part fields or lines is no part of any of these.
    static string Text(string text) => string.Concat(text.Where(c => c is not (',' or '"') && !char.IsControl(c)));
}
