using DxyOrleans.Silo.Configuration;
using Microsoft.Extensions.Options;

namespace DxyOrleans.Silo.Hosting;

/// <summary>
/// Ends the process of a silo that was asked to stop and can't: while its database is away Orleans tries on to write its good-bye, and a supervisor would have to kill
/// it. The others find such a silo dead by its connections. A silo that is to start again in this process waits instead: nobody else would start it.
/// </summary>
sealed partial class StopDeadline(
    IHostApplicationLifetime host, RestartWatch watch, IOptions<SiloSettings> settings, IOptions<HostOptions> options, TimeProvider realTime, ILogger<StopDeadline> logger)
    : IHostedService, IDisposable
{
    /// <summary>What Orleans has for an ungraceful end, after the graceful one has run out of time.</summary>
    static readonly TimeSpan Ungraceful = TimeSpan.FromSeconds(5);

    CancellationTokenRegistration _stopping;
    ITimer? _timer;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _stopping = host.ApplicationStopping.Register(() => _timer = realTime.CreateTimer(_ => End(), null, options.Value.ShutdownTimeout + Ungraceful, Timeout.InfiniteTimeSpan));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    // The host is disposed once it has stopped.
    public void Dispose()
    {
        _stopping.Dispose();
        _timer?.Dispose();
    }

    void End()
    {
        if (watch.IsAsked && settings.Value.Restart == SiloSettings.RestartInProcess)
        {
            return;
        }

        LogEnds(options.Value.ShutdownTimeout + Ungraceful);
        Environment.Exit(SiloExit.NoDatabase);
    }

    [LoggerMessage(2024, LogLevel.Error, "The silo was asked to stop and has not stopped within {Deadline}: its process ends now")]
    partial void LogEnds(TimeSpan deadline);
}
