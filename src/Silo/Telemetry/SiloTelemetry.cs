using System.Reflection;
using DxyOrleans.Core.Telemetry;
using DxyOrleans.Silo.Configuration;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DxyOrleans.Silo.Telemetry;

/// <summary>
/// What a silo tells of itself: our own instruments beside those of Orleans, Npgsql, ASP.NET and the runtime, at <c>/metrics</c> and by
/// OTLP to where the standard variables (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, …) say. Traces are made only where they go somewhere.
/// </summary>
static class SiloTelemetry
{
    // Of one instrument; each has room for all of them from the start, and what goes beyond is counted together.
    const int Series = 100;

    // Worth a panel or an alert; Orleans has a hundred more, each with its memory.
    static readonly HashSet<string> OfOrleans =
    [
        "orleans-app-requests-latency",
        "orleans-app-requests-timedout",
        "orleans-app-requests-canceled",
        "orleans-messaging-processing-activation-data",
        "orleans-messaging-expired",
        "orleans-messaging-rejected",
        "orleans-messaging-sent-failed",
        "orleans-messaging-pings-reply-missed",
        "orleans-scheduler-long-running-turns",
        "orleans-catalog-activations",
        "orleans-catalog-activation-concurrent-registration-attempts",
        "orleans-reminders-tardiness",
        "orleans-reminders-active",
        "orleans-storage-read-errors",
        "orleans-storage-write-errors",
        "orleans-watchdog-health-checks-failed",
    ];

    static readonly double[] Seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
    static readonly double[] Milliseconds = [.. Seconds.Select(bound => bound * 1000)];
    static readonly double[] Sizes = [1, 2, 6, 10, 50, 100, 500, 1000, 5000, 20_000];

    /// <summary>Whether the standard variables name a place that traces and metrics are sent to.</summary>
    static bool Sends(string signal) =>
        new[] { "OTEL_EXPORTER_OTLP_ENDPOINT", $"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT" }.Any(name =>
            Environment.GetEnvironmentVariable(name) is { Length: > 0 }
        );

    public static void AddSiloTelemetry(this IServiceCollection services, SiloSettings options)
    {
        if (!options.Metrics && !Sends("METRICS") && !Sends("TRACES"))
        {
            return;
        }

        var telemetry = services
            .AddOpenTelemetry()
            .ConfigureResource(resource =>
                resource
                    .AddService(
                        "dxy-silo",
                        serviceNamespace: options.ClusterId,
                        serviceVersion: Assembly.GetExecutingAssembly().GetName().Version?.ToString(3),
                        serviceInstanceId: $"{options.Address}:{options.SiloPort}"
                    )
                    .AddEnvironmentVariableDetector()
            );
        if (options.Metrics || Sends("METRICS"))
        {
            telemetry.WithMetrics(metrics => Measure(metrics, options));
        }

        if (Sends("TRACES"))
        {
            telemetry.WithTracing(Trace);
        }
    }

    static void Measure(MeterProviderBuilder metrics, SiloSettings options)
    {
        metrics
            .AddMeter(TelemetryNames.Source, "Microsoft.Orleans", "Npgsql", "System.Runtime")
            .AddMeter("Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.RateLimiting")
            .AddView(View)
            .SetExemplarFilter(ExemplarFilterType.TraceBased);
        if (options.Metrics)
        {
            metrics.AddMetricsPage();
        }

        if (Sends("METRICS"))
        {
            metrics.AddOtlpExporter();
        }
    }

    static MetricStreamConfiguration? View(System.Diagnostics.Metrics.Instrument instrument)
    {
        if (instrument.Meter.Name == "Microsoft.Orleans" && !OfOrleans.Contains(instrument.Name))
        {
            return MetricStreamConfiguration.Drop;
        }

        var kind = instrument.GetType();
        if (!kind.IsGenericType || kind.GetGenericTypeDefinition() != typeof(System.Diagnostics.Metrics.Histogram<>))
        {
            return new MetricStreamConfiguration { CardinalityLimit = Series };
        }

        return new ExplicitBucketHistogramConfiguration
        {
            CardinalityLimit = Series,
            Boundaries =
                instrument.Unit == "s" ? Seconds
                : instrument.Unit == "ms" || instrument.Name == "orleans-app-requests-latency" ? Milliseconds
                : Sizes,
        };
    }

    static void Trace(TracerProviderBuilder traces) =>
        traces
            .AddSource(TelemetryNames.Source, "Npgsql", "Microsoft.Orleans.Application")
            .AddAspNetCoreInstrumentation(http => http.Filter = context => context.Request.Path.StartsWithSegments("/api"))
            .AddOtlpExporter();
}
