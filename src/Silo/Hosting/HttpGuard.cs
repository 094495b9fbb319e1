using System.Net;
using DxyOrleans.Silo.Configuration;
using DxyOrleans.Web;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Http.Features;

namespace DxyOrleans.Silo.Hosting;

/// <summary>
/// What the silo's HTTP port is for: being looked at. What would change something is refused before it is routed, orders to the API apart:
/// those the API refuses itself to whom it doesn't know.
/// </summary>
static class HttpGuard
{
    const int MaxConnections = 2500;

    // The dashboard's look into one grain's state activates whatever grain is named, and an activation registers reminders.
    const string GrainState = "/dashboard/GrainState";

    static readonly string[] LoopbackNames = ["localhost", "127.0.0.1", "[::1]"];

    public static void AddHttpGuard(this WebApplicationBuilder builder, SiloSettings options)
    {
        var address = IPAddress.Parse(options.HttpAddress);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = MaxConnections;
            kestrel.Limits.MaxRequestBodySize = 0;
            // Who reads slower holds a place that others wait for.
            kestrel.Limits.MinResponseDataRate = new(bytesPerSecond: 4096, gracePeriod: TimeSpan.FromSeconds(10));
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(address, options.HttpPort);
        });

        // A page of somebody else's whose name is made to lead here would have the reader's browser read the dashboard for it.
        if (IPAddress.IsLoopback(address))
        {
            builder.Services.Configure<HostFilteringOptions>(hosts => hosts.AllowedHosts = LoopbackNames);
        }
    }

    public static void UseHttpGuard(this WebApplication app) =>
        app.Use(
            (context, next) =>
            {
                context.Response.Headers.XContentTypeOptions = "nosniff";
                context.Response.Headers.XFrameOptions = "DENY";
                context.Response.Headers["Referrer-Policy"] = "no-referrer";
                if (DxyWeb.Takes(context.Request))
                {
                    context.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize = DxyWeb.MaxBody;
                    return next(context);
                }

                if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
                {
                    context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
                    context.Response.Headers.Allow = "GET, HEAD";
                    return Task.CompletedTask;
                }

                if (context.Request.Path.StartsWithSegments(GrainState, StringComparison.OrdinalIgnoreCase))
                {
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
                    return Task.CompletedTask;
                }

                return next(context);
            }
        );
}
