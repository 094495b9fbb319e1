using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace DxyOrleans.Silo.Shadow;

/// <summary>In shadow mode ready means: the tables can be read and results be saved.</summary>
public sealed class ShadowHealthCheck(ShadowWorker worker) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            worker.IsPolling
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy(worker.PollFailure is { } reason ? $"nothing can be compared: {reason}" : null)
        );
}
