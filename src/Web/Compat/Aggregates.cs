using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Registry;
using DxyOrleans.Web.Api;

namespace DxyOrleans.Web.Compat;

/// <summary>Bars in the shape of Massive's aggregates, so that its clients read ours by another base address.</summary>
sealed class Aggregates(SeriesReader reader, Registries registries)
{
    const string Indices = "I:";

    public static void Map(RouteGroupBuilder aggregates) =>
        aggregates.MapGet(
            "v2/aggs/ticker/{ticker}/range/{multiplier}/{timespan}/{from}/{to}",
            ([AsParameters] AggregatesQuery query, HttpContext http, Aggregates aggregates) =>
                aggregates.AnswerAsync(query, http, http.RequestAborted)
        );

    async Task AnswerAsync(AggregatesQuery query, HttpContext http, CancellationToken cancellation)
    {
        var name = query.Ticker.StartsWith(Indices, StringComparison.OrdinalIgnoreCase) ? query.Ticker[Indices.Length..] : query.Ticker;
        var entry = (await registries.LoadAsync(cancellation)).Require(Times.Symbol(name));
        var series = new Series(entry.Symbol, TimeframeOf(entry, query.Multiplier, query.Timespan));
        var (limit, newestFirst) = query.Paging();
        // Both ends are within the range there.
        var from = AggregatesQuery.Instant("from", query.From, end: false);
        var to = AggregatesQuery.Instant("to", query.To, end: true) + TimeSpan.FromMilliseconds(1);
        var table = await reader.TableAsync(series, cancellation);
        var range = Times.Range(from, UtcTime.Max(from, to));
        IReadOnlyList<ExportedBar> rows;
        string? next = null;
        if (newestFirst)
        {
            var newest = await FinalBars.NewestAsync(reader, table, series, range.To, limit + 1, cancellation);
            List<ExportedBar> within = [.. newest.Where(row => row.Time >= range.From).Reverse()];
            rows = within.Count > limit ? within[..limit] : within;
            next = within.Count > limit ? NextUrl(http.Request, query, query.From, Milliseconds(rows[^1].Time) - 1, limit, "desc") : null;
        }
        else
        {
            var page = await FinalBars.PageAsync(reader, table, series, range, limit, cancellation);
            rows = page.Rows;
            next = page.Next is { } rest ? NextUrl(http.Request, query, $"{Milliseconds(rest)}", null, limit, "asc") : null;
        }

        if (BarsFormats.Of(http.Request) == BarsFormat.Csv)
        {
            await Revised.WriteAsync(http, Csv(rows), BarsFormats.Csv + "; charset=utf-8");
            return;
        }

        await Revised.WriteAsync(http, Document(http, query.Ticker, rows, entry.Index is null, next), BarsFormats.Json);
    }

    static Timeframe TimeframeOf(RegistryEntry entry, string multiplier, string timespan)
    {
        var stored = entry.Rollups.Prepend(Timeframe.OneMinute).Distinct().Order().ToList();
        var minutes = timespan switch
        {
            "minute" => 1,
            "hour" => 60,
            "day" => 1440,
            _ => 0,
        };
        return
            int.TryParse(multiplier, NumberStyles.None, CultureInfo.InvariantCulture, out var times)
            && minutes > 0
            && times is > 0 and <= 1440
            && stored.FirstOrDefault(one => one.Minutes == times * minutes) is var found
            && found.Minutes == times * minutes
            ? found
            : throw ProblemKind.Usage.Of(
                $"{entry.Symbol} has no bars of this span",
                $"there are {string.Join(", ", stored.Select(SpanOf))}"
            );

        static string SpanOf(Timeframe timeframe) =>
            timeframe.Minutes % 60 == 0 ? $"{timeframe.Minutes / 60}/hour" : $"{timeframe.Minutes}/minute";
    }

    static string NextUrl(HttpRequest request, AggregatesQuery query, string from, long? to, int limit, string sort) =>
        $"{request.Scheme}://{request.Host}{request.PathBase}/v2/aggs/ticker/{Uri.EscapeDataString(query.Ticker)}/range/"
        + $"{Uri.EscapeDataString(query.Multiplier)}/{query.Timespan}/{Uri.EscapeDataString(from)}/"
        + $"{Uri.EscapeDataString(to?.ToString(CultureInfo.InvariantCulture) ?? query.To)}?cursor={AggregatesQuery.Cursor(limit, sort)}";

    static ReadOnlyMemory<byte> Document(HttpContext http, string ticker, IReadOnlyList<ExportedBar> rows, bool hasVolume, string? next)
    {
        var buffer = new ArrayBufferWriter<byte>(512 + (rows.Count * 128));
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("ticker", ticker);
        json.WriteNumber("queryCount", rows.Count);
        json.WriteNumber("resultsCount", rows.Count);
        json.WriteBoolean("adjusted", true);
        // Always there: a client that goes through it must find something to go through.
        json.WriteStartArray("results");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            if (hasVolume)
            {
                Number(json, "v", row.Volume);
                Number(json, "vw", row.Vwap);
            }

            Number(json, "o", row.Open);
            Number(json, "c", row.Close);
            Number(json, "h", row.High);
            Number(json, "l", row.Low);
            json.WriteNumber("t", Milliseconds(row.Time));
            if (hasVolume)
            {
                Number(json, "n", row.TradeCount);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteString("status", "OK");
        json.WriteString("request_id", http.TraceIdentifier);
        json.WriteNumber("count", rows.Count);
        if (next is not null)
        {
            json.WriteString("next_url", next);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    static void Number(Utf8JsonWriter json, string name, string? number)
    {
        if (FinalBars.IsNumber(number))
        {
            json.WritePropertyName(name);
            json.WriteRawValue(number!);
        }
    }

    static ReadOnlyMemory<byte> Csv(IReadOnlyList<ExportedBar> rows)
    {
        var text = new StringBuilder("c,h,l,n,o,t,v,vw\n");
        foreach (var row in rows)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"{row.Close},{row.High},{row.Low},{row.TradeCount},{row.Open},{Milliseconds(row.Time)},{row.Volume},{row.Vwap}\n"
            );
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    static long Milliseconds(UtcTime time) => time.ToDateTimeOffset().ToUnixTimeMilliseconds();

    /// <summary>Errors in the same shape.</summary>
    public static async ValueTask<object?> RefuseAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (ProblemException problem)
        {
            var text = problem.Todo is null ? problem.Message : $"{problem.Message}; {problem.Todo}";
            var http = context.HttpContext;
            http.Response.Headers.CacheControl = "no-store";
            return Results.Json(
                problem.Kind.Status switch
                {
                    StatusCodes.Status404NotFound => new
                    {
                        status = "NOT_FOUND",
                        request_id = http.TraceIdentifier,
                        message = text,
                    },
                    StatusCodes.Status403Forbidden => new
                    {
                        status = "NOT_AUTHORIZED",
                        request_id = http.TraceIdentifier,
                        message = text,
                    },
                    _ => (object)
                        new
                        {
                            status = "ERROR",
                            request_id = http.TraceIdentifier,
                            error = text,
                        },
                },
                WebJson.Options,
                statusCode: problem.Kind.Status
            );
        }
    }
}
