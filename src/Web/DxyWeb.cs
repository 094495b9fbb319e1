using System.Globalization;
using System.Threading.RateLimiting;
using DxyOrleans.Web.Access;
using DxyOrleans.Web.Api;
using DxyOrleans.Web.Compat;
using DxyOrleans.Web.Page;
using DxyOrleans.Web.Stream;
using DxyOrleans.Web.Telemetry;
using DxyOrleans.Web.Udf;

namespace DxyOrleans.Web;

/// <summary>The page's and the programs' side of a silo: what it needs, and where it answers.</summary>
public static class DxyWeb
{
    const string Api = "api";

    /// <summary>Bytes of a request's body at most.</summary>
    public const int MaxBody = 64 * 1024;

    /// <summary>Adds its services. An <c>NpgsqlDataSource</c> and a <see cref="TimeProvider"/> have to be there.</summary>
    public static IServiceCollection AddDxyWeb(this IServiceCollection services, WebOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<ReadGate>();
        services.AddSingleton<Registries>();
        services.AddSingleton<SeriesReader>();
        services.AddSingleton<BarsEndpoint>();
        services.AddSingleton<ExplainEndpoint>();
        services.AddSingleton<GapsEndpoint>();
        services.AddSingleton<HealthReader>();
        services.AddSingleton<IStreamTopic, HealthTopic>();
        WebModules.Add(services);
        services.AddSingleton<PageFiles>();
        services.AddSingleton<Sessions>();
        services.AddSingleton<LoginCheck>();
        services.AddSingleton<Replay>();
        services.AddSingleton<KeyCheck>();
        services.AddSingleton<StreamHub>();
        services.AddSingleton<StreamInstruments>();
        services.AddMetrics();
        services.AddSingleton<IStateSource, BarsState>();
        services.AddSingleton<IStateSource, HealthState>();
        services.AddHostedService<StateGauges>();
        services.AddSingleton<StreamEndpoint>();
        services.AddSingleton<UdfEndpoints>();
        services.AddSingleton<Aggregates>();
        services.AddOpenApi("v1", ApiDescription.Describe);
        services.AddRateLimiter(limits =>
        {
            limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limits.OnRejected = async (rejected, _) =>
                await Problems
                    .Result(
                        rejected.HttpContext,
                        ProblemKind.TooBusy.Of("as many requests as may be are being answered", "try again in a moment")
                    )
                    .ExecuteAsync(rejected.HttpContext);
            limits.AddPolicy(Api, http => Limit(http, options));
        });
        return services;
    }

    /// <summary>Maps its addresses.</summary>
    public static WebApplication MapDxyWeb(this WebApplication app)
    {
        // Told from the start: none is a number too.
        app.Services.GetRequiredService<StreamInstruments>();
        app.UseRateLimiter();
        app.MapOpenApi("/openapi/{documentName}.json").AddEndpointFilter(Problems.AnswerAsync).AddEndpointFilter(AccessFilters.ReadAsync);
        app.MapGet("/problems/{code}", ProblemPage).ExcludeFromDescription();
        var api = app.MapGroup("/api/v1").WithTags("api").AddEndpointFilter(Problems.AnswerAsync).RequireRateLimiting(Api);
        SessionEndpoints.Map(api);
        var reading = api.MapGroup("").AddEndpointFilter(AccessFilters.ReadAsync);
        ApiMap.MapReading(reading);
        ApiMap.MapStream(reading);
        WebModules.Map(reading, api.MapGroup("").AddEndpointFilter(AccessFilters.ActAsync));
        PageEndpoints.Map(app);
        UdfEndpoints.Map(Others(app, "/udf", UdfEndpoints.AnswerAsync));
        Aggregates.Map(Others(app, "", Aggregates.RefuseAsync));
        api.Map("{**rest}", NothingHere).ExcludeFromDescription();
        return app;
    }

    // What tools of other makes ask for, with errors as they read them; what those can't be is a problem.
    static RouteGroupBuilder Others(
        WebApplication app,
        string prefix,
        Func<EndpointFilterInvocationContext, EndpointFilterDelegate, ValueTask<object?>> refuse
    )
    {
        var others = app.MapGroup(prefix).ExcludeFromDescription().RequireRateLimiting(Api);
        others.AddEndpointFilter(Problems.AnswerAsync).AddEndpointFilter(refuse).AddEndpointFilter(AccessFilters.ReadAsync);
        return others;
    }

    /// <summary>Whether who asks may read.</summary>
    public static ValueTask<bool> MayReadAsync(HttpContext http) => AccessFilters.MayReadAsync(http);

    /// <summary>Whether a request that isn't a look is for us: it is refused or carried out here, and its body is bounded.</summary>
    public static bool Takes(HttpRequest request) =>
        HttpMethods.IsPost(request.Method)
        && request.Path.StartsWithSegments("/api/v1", StringComparison.Ordinal)
        && request.ContentLength is null or <= MaxBody;

    static RateLimitPartition<string> Limit(HttpContext http, WebOptions options) =>
        BarsFormats.IsDownload(http.Request)
            ? RateLimitPartition.GetConcurrencyLimiter("downloads", _ => Concurrency(options.Downloads))
            : RateLimitPartition.GetConcurrencyLimiter("requests", _ => Concurrency(options.Requests));

    static ConcurrencyLimiterOptions Concurrency(int permits) =>
        new()
        {
            PermitLimit = permits,
            QueueLimit = permits,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        };

    static IResult ProblemPage(string code) =>
        ProblemKind.All.FirstOrDefault(kind => kind.Code == code) is { } kind
            ? Results.Text(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{kind.Code}: {kind.Title}\nHTTP status {kind.Status}; the console ends with {kind.ExitCode}.\n"
                )
            )
            : Results.NotFound();

    static IResult NothingHere(HttpContext http) =>
        throw ProblemKind.NotFound.Of($"nothing answers {http.Request.Method} here", "/openapi/v1.json lists what does");
}
