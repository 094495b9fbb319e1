using System.Globalization;
using System.Text;
using DxyOrleans.Core.Time;
using DxyOrleans.Web.Api;
using Microsoft.AspNetCore.Mvc;

namespace DxyOrleans.Web.Compat;

/// <summary>A request for aggregates, as clients write it.</summary>
sealed class AggregatesQuery
{
    const int UsualLimit = 5_000;
    const int MaxLimit = 50_000;
    const string Day = "yyyy-MM-dd";

    [FromRoute(Name = "ticker")]
    public required string Ticker { get; init; }

    [FromRoute(Name = "multiplier")]
    public required string Multiplier { get; init; }

    [FromRoute(Name = "timespan")]
    public required string Timespan { get; init; }

    [FromRoute(Name = "from")]
    public required string From { get; init; }

    [FromRoute(Name = "to")]
    public required string To { get; init; }

    [FromQuery(Name = "limit")]
    public string? Limit { get; init; }

    [FromQuery(Name = "sort")]
    public string? Sort { get; init; }

    [FromQuery(Name = "cursor")]
    public string? Page { get; init; }

    /// <summary>How many, and whether the newest come first: as the cursor says where there is one.</summary>
    public (int Limit, bool NewestFirst) Paging()
    {
        var (limit, sort) = Page is { Length: > 0 } cursor ? OfCursor(cursor) : (Limit, Sort);
        return (
            Times.Count("limit", limit, MaxLimit) ?? UsualLimit,
            sort switch
            {
                null or "" or "asc" => false,
                "desc" => true,
                _ => throw ProblemKind.Usage.Of("sort is neither of its two words", "asc and desc can be"),
            }
        );
    }

    public static string Cursor(int limit, string sort) =>
        Convert
            .ToBase64String(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"limit={limit}&sort={sort}")))
            .Replace('+', '-')
            .Replace('/', '_')
            .TrimEnd('=');

    /// <summary>An end of the range: milliseconds since 1970, or a day, of which an end means its last millisecond.</summary>
    public static UtcTime Instant(string name, string text, bool end)
    {
        if (DateOnly.TryParseExact(text, Day, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
        {
            var midnight = UtcTime.At(day.Year, day.Month, day.Day);
            return Clamped(end ? midnight + TimeSpan.FromDays(1) - TimeSpan.FromMilliseconds(1) : midnight);
        }

        var first = SeriesReader.First.ToDateTimeOffset().ToUnixTimeMilliseconds();
        var last = SeriesReader.Last.ToDateTimeOffset().ToUnixTimeMilliseconds();
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds)
            ? UtcTime.From(DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, first, last)))
            : throw ProblemKind.Usage.Of($"{name} is neither a day nor milliseconds", "write it like 2024-03-04 or 1709539200000");
    }

    static UtcTime Clamped(UtcTime time) => UtcTime.Min(UtcTime.Max(time, SeriesReader.First), SeriesReader.Last);

    static (string? Limit, string? Sort) OfCursor(string cursor)
    {
        var text = cursor.Replace('-', '+').Replace('_', '/');
        var bytes = new byte[text.Length];
        if (!Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var length))
        {
            throw ProblemKind.Usage.Of("the cursor is none of ours", "leave it out, and begin anew");
        }

        var parts = Encoding
            .ASCII.GetString(bytes, 0, length)
            .Split('&')
            .Select(part => part.Split('=', 2))
            .Where(part => part.Length == 2)
            .DistinctBy(part => part[0])
            .ToDictionary(part => part[0], part => part[1]);
        return (parts.GetValueOrDefault("limit"), parts.GetValueOrDefault("sort"));
    }
}
