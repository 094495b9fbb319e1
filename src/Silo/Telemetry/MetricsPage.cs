using DxyOrleans.Web;
using OpenTelemetry.Metrics;

namespace DxyOrleans.Silo.Telemetry;

/// <summary>
/// <c>/metrics</c>, for Prometheus. Its exporter was never more than a beta: nothing but this file knows it, so that another can take its
/// place.
/// </summary>
static class MetricsPage
{
    public const string Path = "/metrics";

    public static MeterProviderBuilder AddMetricsPage(this MeterProviderBuilder metrics) => metrics.AddPrometheusExporter();

    /// <summary>Serves it to whoever may read.</summary>
    public static void UseMetricsPage(this WebApplication app)
    {
        app.Use(
            async (http, next) =>
            {
                if (http.Request.Path != Path || await DxyWeb.MayReadAsync(http))
                {
                    await next(http);
                    return;
                }

                http.Response.StatusCode = StatusCodes.Status401Unauthorized;
                await http.Response.WriteAsync(
                    "Reading from elsewhere than this machine needs an API key: Authorization: Bearer KEY.\n",
                    http.RequestAborted
                );
            }
        );
        app.UseOpenTelemetryPrometheusScrapingEndpoint(Path);
    }
}
