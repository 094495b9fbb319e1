namespace DxyOrleans.Core.Time;

/// <summary>Spans on a timeframe's grid.</summary>
public static class TimeSpanGrid
{
    /// <summary>The longest whole number of bars within the span.</summary>
    public static TimeSpan Floor(this TimeSpan span, Timeframe timeframe) => new(span.Ticks - (span.Ticks % timeframe.Ticks));
}
