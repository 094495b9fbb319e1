using DxyOrleans.Web.Stream;

namespace DxyOrleans.Web.Api;

/// <summary>The addresses of <c>/api/v1</c>, with what is said of them in the description.</summary>
static class ApiMap
{
    const string Problem = "application/problem+json";

    public static void MapReading(RouteGroupBuilder api)
    {
        api.MapGet("bars/{symbol}/{timeframe}", BarsEndpoint.RunAsync)
            .WithName("bars")
            .WithSummary("Stored bars, as they stand or as they stood.")
            .Produces<BarsDocument>(StatusCodes.Status200OK, BarsFormats.Json, BarsFormats.Csv)
            .Produces(StatusCodes.Status304NotModified)
            .Refuses(400, 401, 404, 410, 429, 503);
        api.MapGet("explain/{symbol}/{time}", ExplainEndpoint.RunAsync)
            .WithName("explain")
            .WithSummary("One minute of an index taken apart, or why it is missing and what would mend it.")
            .Produces<ExplainDocument>()
            .Refuses(400, 401, 404, 429, 503);
        api.MapGet("gaps/{symbol}", GapsEndpoint.RunAsync)
            .WithName("gaps")
            .WithSummary("The market minutes that a symbol lacks, with the cause; of the last day unless told otherwise.")
            .Produces<GapsDocument>()
            .Refuses(400, 401, 404, 429, 503);
        api.MapGet("health", HealthEndpoint.RunAsync)
            .WithName("health")
            .WithSummary("PASS, WARN or FAIL of everything that the tables tell of.")
            .Produces<HealthDocument>()
            .Refuses(401, 429, 503);
        api.MapGet("symbols", SymbolsEndpoint.RunAsync)
            .WithName("symbols")
            .WithSummary("The registry: symbols, their timeframes, indexes with their baskets.")
            .Produces<SymbolsDocument>()
            .Refuses(401, 429, 503);
    }

    /// <summary>The stream, which has a limit of its own: its answers last.</summary>
    public static void MapStream(RouteGroupBuilder api) =>
        api.MapGet("stream", StreamEndpoint.RunAsync)
            .WithName("stream")
            .WithSummary("Bars as they are committed and formed, runs and health as they change: server-sent events.")
            .Produces(StatusCodes.Status200OK, contentType: "text/event-stream")
            .Refuses(400, 401, 404, 429)
            .DisableRateLimiting();

    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params int[] statuses)
    {
        foreach (var status in statuses)
        {
            endpoint.ProducesProblem(status, Problem);
        }

        return endpoint;
    }
}
