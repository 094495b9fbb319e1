using System.Globalization;
using System.Text.Json;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Feeds.Oanda;

/// <summary>The vendor's texts: prices are texts, times RFC 3339 with nanoseconds, or seconds where somebody asked for those.</summary>
static class OandaJson
{
    public static string? Text(JsonElement one, string name) =>
        one.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public static bool TryPrice(JsonElement one, string name, out decimal price)
    {
        price = 0;
        return one.ValueKind == JsonValueKind.Object
            && one.TryGetProperty(name, out var value)
            && (
                value.ValueKind == JsonValueKind.String
                    ? decimal.TryParse(value.GetString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out price)
                    : value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out price)
            );
    }

    public static bool TryTime(JsonElement one, out UtcTime time)
    {
        time = default;
        if (Text(one, "time") is not { } text)
        {
            return false;
        }

        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds))
        {
            var ticks = seconds * TimeSpan.TicksPerSecond;
            if (ticks > DateTime.MaxValue.Ticks - DateTime.UnixEpoch.Ticks)
            {
                return false;
            }

            time = UtcTime.FromTicks(DateTime.UnixEpoch.Ticks + (long)ticks);
            return true;
        }

        // Nanoseconds are more than a time has here.
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0)
        {
            var end = dot + 1;
            while (end < text.Length && char.IsAsciiDigit(text[end]))
            {
                end++;
            }

            text = string.Concat(text.AsSpan(0, Math.Min(end, dot + 8)), text.AsSpan(end));
        }

        return UtcTime.TryParse(text, out time);
    }
}
