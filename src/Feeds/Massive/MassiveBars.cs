using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Massive;

/// <summary>
/// The vendor's numbers. They come as numbers or as texts, whole ones also as <c>12.0</c>; prices are read from their text, never through
/// a double.
/// </summary>
static class MassiveBars
{
    /// <summary>A bar of a minute, from a row of history or a live message; false with the reason when it is none.</summary>
    /// <param name="row">The object.</param>
    /// <param name="start">The name of its start: <c>t</c> in history, <c>s</c> live.</param>
    /// <param name="symbol">Whose.</param>
    /// <param name="withVwap">Whether its volume-weighted price is taken.</param>
    /// <param name="bar">The bar.</param>
    /// <param name="why">Why there is none.</param>
    public static bool TryBar(
        JsonElement row,
        string start,
        Symbol symbol,
        bool withVwap,
        [NotNullWhen(true)] out Bar? bar,
        [NotNullWhen(false)] out string? why
    )
    {
        (bar, why) = (null, null);
        if (
            !TryTime(row, start, out var time)
            || !TryNumber(row, "o", out var open)
            || !TryNumber(row, "h", out var high)
            || !TryNumber(row, "l", out var low)
            || !TryNumber(row, "c", out var close)
        )
        {
            why = $"a bar of {symbol} lacks a time or a price";
            return false;
        }

        // Of currencies both are the number of quotes, and the second is often left out.
        var hasVolume = TryNumber(row, "v", out var volume);
        var count = TryNumber(row, "n", out var trades) ? trades : volume;
        decimal? vwap = withVwap && TryNumber(row, "vw", out var average) && average > 0 ? average : null;
        if (
            Bar.TryCreate(
                new Series(symbol, Timeframe.OneMinute),
                time,
                open,
                high,
                low,
                close,
                volume,
                vwap,
                count is >= 0 and <= int.MaxValue ? (int)count : 0,
                false,
                out bar,
                out var fault
            )
        )
        {
            bar = hasVolume ? bar : bar with { Unknown = BarUnknowns.Volume | BarUnknowns.TradeCount };
            return true;
        }

        why = $"{symbol} {time}: {fault.Text}";
        return false;
    }

    public static bool TryTime(JsonElement row, string name, out UtcTime time)
    {
        time = default;
        if (!TryNumber(row, name, out var milliseconds) || milliseconds is < 0 or > 253_402_300_799_999)
        {
            return false;
        }

        time = UtcTime.From(DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds));
        return true;
    }

    public static bool TryNumber(JsonElement row, string name, out decimal number)
    {
        number = 0;
        return row.TryGetProperty(name, out var value)
            && value.ValueKind switch
            {
                JsonValueKind.Number => value.TryGetDecimal(out number),
                JsonValueKind.String => decimal.TryParse(value.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out number),
                _ => false,
            };
    }

    public static string? Text(JsonElement row, string name) =>
        row.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
