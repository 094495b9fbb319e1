using System.Globalization;
using System.Text.RegularExpressions;

namespace DxyOrleans.Client.Cli;

/// <summary>Spans of real time as people write them: <c>60s</c>, <c>5m</c>, <c>1h30m</c>.</summary>
internal static partial class Durations
{
    // Of one unit's number; far longer than anything that is waited for, and far from the end of what a span can hold.
    static readonly TimeSpan Longest = TimeSpan.FromDays(1_000_000);

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var match = Pattern().Match(text);
        if (!match.Success || text.Length == 0)
        {
            return false;
        }

        for (var i = 0; i < match.Groups["n"].Captures.Count; i++)
        {
            var number = double.Parse(match.Groups["n"].Captures[i].Value, CultureInfo.InvariantCulture);
            if (duration > Longest)
            {
                return false;
            }

            duration += match.Groups["u"].Captures[i].Value switch
            {
                "ms" => TimeSpan.FromMilliseconds(number),
                "s" => TimeSpan.FromSeconds(number),
                "m" => TimeSpan.FromMinutes(number),
                "h" => TimeSpan.FromHours(number),
                _ => TimeSpan.FromDays(number),
            };
        }

        return duration > TimeSpan.Zero && duration <= Longest;
    }

    /// <summary>Two units at most: <c>0.4 s</c>, <c>12 s</c>, <c>3 min 20 s</c>, <c>5 h 10 min</c>.</summary>
    public static string Show(TimeSpan span) =>
        span switch
        {
            { TotalSeconds: < 10 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
            { TotalMinutes: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0} s"),
            { TotalHours: < 1 } => $"{(int)span.TotalMinutes} min {span.Seconds} s",
            { TotalDays: < 2 } => $"{(int)span.TotalHours} h {span.Minutes} min",
            _ => $"{(int)span.TotalDays} d {span.Hours} h",
        };

    [GeneratedRegex(@"\A(?:(?<n>[0-9]{1,6}(?:\.[0-9]{1,3})?)(?<u>ms|s|m|h|d))+\z")]
    private static partial Regex Pattern();
}
