using System.Globalization;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;

namespace DxyOrleans.Web.Api;

/// <summary>What stands in a request's path and query, read strictly: what can't be meant is refused with what could be.</summary>
static class Times
{
    /// <summary>
    /// An instant with its zone, or null where none is given. A plus sign that came as a space, as it does unless it is escaped, is
    /// one.
    /// </summary>
    public static UtcTime? Time(string name, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        var written = text.Contains('T', StringComparison.OrdinalIgnoreCase) ? text.Trim().Replace(' ', '+') : text;
        if (!UtcTime.TryParse(written, out var time))
        {
            throw ProblemKind.Usage.Of(
                $"{name} is '{Shown(text)}', which is no ISO-8601 time with a zone",
                "write it like 2019-10-01T00:00:00Z"
            );
        }

        return time.IsOnCalendar ? time : throw ProblemKind.Usage.Of($"{name} lies beyond the calendar");
    }

    public static UtcTime RequireTime(string name, string text) =>
        Time(name, text) ?? throw ProblemKind.Usage.Of($"{name} is empty", "write it like 2019-10-01T00:00:00Z");

    public static TimeRange Range(UtcTime from, UtcTime to) =>
        from <= to
            ? new TimeRange(from, to)
            : throw ProblemKind.Usage.Of($"the range ends at {to}, before it begins at {from}", "exchange from and to");

    public static Symbol Symbol(string text) =>
        Core.Bars.Symbol.TryParse(text, out var symbol)
            ? symbol
            : throw ProblemKind.UnknownSymbol.Of($"'{Shown(text)}' is no symbol", "write it like EURUSD or DXY");

    public static Timeframe Timeframe(string text) =>
        Core.Time.Timeframe.TryParse(text, out var timeframe)
            ? timeframe
            : throw ProblemKind.Usage.Of($"'{Shown(text)}' is no timeframe", $"there are {string.Join(", ", Core.Time.Timeframe.All)}");

    public static int? Count(string name, string? text, int most)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count >= 1 && count <= most
            ? count
            : throw ProblemKind.Usage.Of($"{name} is '{Shown(text)}'", $"1 to {most} can be");
    }

    // What came in is told back, but not a page of it.
    static string Shown(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
