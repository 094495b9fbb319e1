using System.Globalization;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Web.Stream;

/// <summary>
/// How far a reader has come, as any silo can read it from the tables: market time, and the last correction that was seen.
/// </summary>
readonly record struct StreamPosition(UtcTime Time, long Correction)
{
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Time.Ticks / TimeSpan.TicksPerMillisecond}.{Correction}");

    public static bool TryParse(string? text, out StreamPosition position)
    {
        position = default;
        var parts = text?.Split('.') ?? [];
        if (
            parts.Length != 2
            || !long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var correction)
            || milliseconds > DateTime.MaxValue.Ticks / TimeSpan.TicksPerMillisecond
        )
        {
            return false;
        }

        position = new StreamPosition(UtcTime.FromTicks(milliseconds * TimeSpan.TicksPerMillisecond), correction);
        return true;
    }
}
