using DxyOrleans.Grains.Due;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DxyOrleans.Silo.Health;

/// <summary>Ready means: the silo has joined, the tables can be read, bars can be stored, and changes are being looked for.</summary>
public sealed class PollerHealthCheck(ChangePoller poller) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            poller.Faults is { Count: > 0 } faults ? HealthCheckResult.Unhealthy(string.Join("; ", faults))
            : poller.IsPolling ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy(poller.PollFailure is { } reason ? $"changes can't be looked for: {reason}" : null)
        );
}
