using DxyOrleans.Grains.Hosting;
using Microsoft.Extensions.Logging.Console;

namespace DxyOrleans.Silo.Hosting;

/// <summary>What a silo writes: one line an event, trouble and our own steps.</summary>
static class SiloLogging
{
    public static ILoggingBuilder AddSiloLog(this ILoggingBuilder logging)
    {
        AddConsole(logging);

        // The console writes what the limit lets through.
        foreach (var console in logging.Services.Where(service => service.ImplementationType == typeof(ConsoleLoggerProvider)).ToList())
        {
            logging.Services.Remove(console);
        }

        logging.Services.AddSingleton<ConsoleLoggerProvider>();
        logging.Services.AddSingleton<ILoggerProvider>(services => new RepeatLimit(
            services.GetRequiredService<ConsoleLoggerProvider>(),
            TimeProvider.System
        ));
        return logging;
    }

    static void AddConsole(ILoggingBuilder logging) =>
        logging
            .AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z' ";
            })
            // Orleans logs each step of its start; a person wants to hear of trouble and of our own steps. Its watchdog counts from the
            // machine's start, and a probe that finds a silo not ready yet is no failure.
            .AddFilter("Orleans", LogLevel.Warning)
            .AddFilter("Orleans.Runtime.Watchdog", LogLevel.Error)
            .AddFilter("Polly", LogLevel.Warning)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None)
            .AddFilter("Microsoft.Hosting.Lifetime", LogLevel.Information);
}
