using System.Globalization;
using System.Text;
using DxyOrleans.Bars.Reading;
using DxyOrleans.Bars.Routes;
using DxyOrleans.Bars.Writing;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Time;
using Npgsql;

namespace DxyOrleans.Web.Api;

/// <summary><c>bars/{symbol}/{timeframe}</c>: stored bars, a page of JSON or CSV, or as CSV all of a range.</summary>
sealed class BarsEndpoint(NpgsqlDataSource database, SeriesReader reader, ReadGate gate)
{
    /// <summary>Rows of a download that are held at once.</summary>
    const int Chunk = 10_000;

    public static Task RunAsync([AsParameters] BarsQuery query, HttpContext http, BarsEndpoint endpoint) =>
        endpoint.AnswerAsync(query, http, http.RequestAborted);

    async Task AnswerAsync(BarsQuery query, HttpContext http, CancellationToken cancellation)
    {
        var series = query.Series;
        var format = BarsFormats.Of(http.Request);
        var asOf = Times.Time("as_of", query.AsOf);
        var limit = Times.Count("limit", query.Limit, BarsQuery.MaxLimit);
        var to = Times.Time("to", query.To) ?? SeriesReader.Last;
        var from = Times.Time("from", query.From);
        var table = await reader.TableAsync(series, cancellation);
        var isPast = asOf is { } instant && await IsPastAsync(instant, cancellation);
        var range = Times.Range(
            from
                ?? await reader.NewestFromAsync(table, series, to, limit ?? BarsQuery.UsualLimit, cancellation)
                ?? UtcTime.Min(SeriesReader.First, to),
            to
        );
        Caching(http.Response, isPast, asOf);
        http.Response.Headers.Vary = "Accept, Accept-Encoding";
        if (format == BarsFormat.Csv && from is not null && limit is null)
        {
            await DownloadAsync(http, table, series, range, asOf, cancellation);
            return;
        }

        var page = await reader.PageAsync(table, series, range, asOf, limit ?? BarsQuery.UsualLimit, cancellation);
        var next = page.Next is { } rest ? NextUrl(http.Request, rest) : null;
        if (next is not null)
        {
            http.Response.Headers.Link = $"<{next}>; rel=\"next\"";
        }

        var body = format == BarsFormat.Csv ? Csv(page.Rows) : BarDocuments.Document(series, asOf, page.Rows, next);
        await Revised.WriteAsync(http, body, format == BarsFormat.Csv ? BarsFormats.Csv + "; charset=utf-8" : BarsFormats.Json);
    }

    // A piece is read in its turn and then sent: a slow reader holds its own piece and nothing else.
    async Task DownloadAsync(
        HttpContext http,
        BarTable table,
        Series series,
        TimeRange range,
        UtcTime? asOf,
        CancellationToken cancellation
    )
    {
        var page = await reader.PageAsync(table, series, range, asOf, Chunk, cancellation);
        http.Response.Headers.ContentDisposition = $"attachment; filename=\"{series.Symbol}-{series.Timeframe}.csv\"";
        if (page.Next is null)
        {
            await Revised.WriteAsync(http, Csv(page.Rows), BarsFormats.Csv + "; charset=utf-8");
            return;
        }

        http.Response.ContentType = BarsFormats.Csv + "; charset=utf-8";
        await http.Response.BodyWriter.WriteAsync(Csv(page.Rows), cancellation);
        while (page.Next is { } rest)
        {
            page = await reader.PageAsync(table, series, new TimeRange(rest, range.To), asOf, Chunk, cancellation);
            await http.Response.BodyWriter.WriteAsync(Csv(page.Rows, header: false), cancellation);
        }
    }

    static ReadOnlyMemory<byte> Csv(IReadOnlyList<ExportedBar> rows, bool header = true)
    {
        var text = new StringBuilder(128 + (rows.Count * 256));
        if (header)
        {
            text.Append(BarCsv.Header).Append('\n');
        }

        foreach (var row in rows)
        {
            BarCsv.Write(text, row);
            text.Append('\n');
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // What stood at an instant is known until corrections are let go of; an instant of which a transaction may still say otherwise is
    // no past yet.
    Task<bool> IsPastAsync(UtcTime asOf, CancellationToken cancellation) =>
        gate.ReadAsync(
            async end =>
            {
                if (await Retention.CorrectionsSinceAsync(database, end) is { } since && asOf < since)
                {
                    throw ProblemKind.AsOfGone.Of(
                        $"what stood at {asOf} is not known any more: corrections from before {since} were let go of",
                        "ask for a later time; KeepDays says how long they are kept"
                    );
                }

                var now = await database.NowAsync(end);
                return asOf <= now
                    ? asOf < now - TimeSpan.FromMinutes(1)
                    : throw ProblemKind.Usage.Of($"as_of is {asOf}, and it is {now}", "ask for what was, or leave as_of out");
            },
            cancellation
        );

    static void Caching(HttpResponse response, bool isPast, UtcTime? asOf) =>
        response.Headers.CacheControl =
            isPast ? "private, max-age=31536000, immutable"
            : asOf is null ? "private, no-cache"
            : "private, no-store";

    static string NextUrl(HttpRequest request, UtcTime from)
    {
        var query = request
            .Query.Where(part => part.Key != "from")
            .Select(part => KeyValuePair.Create(part.Key, (string?)part.Value.ToString()))
            .Prepend(KeyValuePair.Create("from", (string?)from.ToString()));
        if (!request.Query.ContainsKey("limit"))
        {
            query = query.Append(KeyValuePair.Create("limit", (string?)BarsQuery.UsualLimit.ToString(CultureInfo.InvariantCulture)));
        }

        return request.PathBase + request.Path + QueryString.Create(query);
    }
}
