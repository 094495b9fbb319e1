using System.ComponentModel;
using System.Globalization;
using DxyOrleans.Core.Bars;
using Microsoft.AspNetCore.Mvc;

namespace DxyOrleans.Web.Api;

/// <summary>What can be asked of a series, as it is written.</summary>
sealed class BarsQuery
{
    public const int UsualLimit = 5_000;
    public const int MaxLimit = 50_000;

    [FromRoute(Name = "symbol"), Description("The symbol, like DXY or EURUSD.")]
    public required string Symbol { get; init; }

    [FromRoute(Name = "timeframe"), Description("1m, 5m, 15m, 30m, 1h, 4h or 1d.")]
    public required string Timeframe { get; init; }

    [
        FromQuery(Name = "from"),
        Description("The first open, ISO-8601 with a zone. Left out: the newest bars before `to`, as many as `limit`.")
    ]
    public string? From { get; init; }

    [FromQuery(Name = "to"), Description("Opens before it, ISO-8601 with a zone. Left out: up to the newest bar.")]
    public string? To { get; init; }

    [FromQuery(Name = "as_of"), Description("As they stood at that instant, before later corrections. Such an answer never changes.")]
    public string? AsOf { get; init; }

    [FromQuery(Name = "limit"), Description("Bars of a page, 1 to 50000; 5000 when left out. CSV with `from` and without it has all bars.")]
    public string? Limit { get; init; }

    [FromQuery(Name = "format"), Description("json or csv; it wins over the header Accept.")]
    public string? Format { get; init; }

    public Series Series => new(Times.Symbol(Symbol), Times.Timeframe(Timeframe));
}

/// <summary>How a series is answered.</summary>
enum BarsFormat
{
    Json,
    Csv,
}

static class BarsFormats
{
    public const string Json = "application/json";
    public const string Csv = "text/csv";

    public static BarsFormat Of(HttpRequest request)
    {
        string? named = request.Query["format"];
        return named switch
        {
            "json" => BarsFormat.Json,
            "csv" => BarsFormat.Csv,
            null or "" => Accepted(request),
            _ => throw ProblemKind.Usage.Of($"format is '{(named.Length <= 60 ? named : "…")}'", "json and csv can be"),
        };
    }

    /// <summary>Whether the answer may be long: as the history is, or as a page of more bars than usual.</summary>
    public static bool IsDownload(HttpRequest request) => IsEndless(request) || IsLargePage(request);

    static bool IsLargePage(HttpRequest request) =>
        int.TryParse(request.Query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
        && limit > BarsQuery.UsualLimit;

    static bool IsEndless(HttpRequest request) =>
        request.Query.ContainsKey("from")
        && !request.Query.ContainsKey("limit")
        && (request.Query["format"] == "csv" || (!request.Query.ContainsKey("format") && Accepted(request) == BarsFormat.Csv));

    static BarsFormat Accepted(HttpRequest request)
    {
        var accept = request.Headers.Accept.ToString();
        return accept.Contains(Csv, StringComparison.OrdinalIgnoreCase) && !accept.Contains(Json, StringComparison.OrdinalIgnoreCase)
            ? BarsFormat.Csv
            : BarsFormat.Json;
    }
}
