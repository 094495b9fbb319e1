using DxyOrleans.Web.Api;
using DxyOrleans.Web.Migrations;
using DxyOrleans.Web.Stream;
using DxyOrleans.Web.Telemetry;

namespace DxyOrleans.Web;

// The migration's part: with this folder it is taken away.
static partial class WebModules
{
    static partial void AddMigrations(IServiceCollection services)
    {
        services.AddSingleton<RunsEndpoint>();
        services.AddSingleton<IStreamTopic, RunsTopic>();
        services.AddSingleton<IStateSource, RunsState>();
    }

    static partial void MapMigrations(RouteGroupBuilder reading, RouteGroupBuilder acting)
    {
        reading
            .MapGet("runs", RunsEndpoint.ListAsync)
            .WithName("runs")
            .WithSummary("Every migration, the newest first.")
            .Produces<RunsDocument>()
            .Refuses(401, 429, 503);
        reading
            .MapGet("runs/{name}", RunsEndpoint.OneAsync)
            .WithName("run")
            .WithSummary("One migration: its steps, gates and newest events.")
            .Produces<RunDetailDocument>()
            .Refuses(401, 404, 429, 503);
        acting
            .MapPost("runs/{name}/{order}", OrdersEndpoint.RunAsync)
            .WithName("order")
            .WithSummary("Gives a migration an order, as the database role that logged in.")
            .Accepts<OrderRequest>(Body.Json, Body.Any)
            .Produces<OrderedDocument>()
            .Refuses(400, 401, 403, 404, 409, 429, 503);
    }
}
