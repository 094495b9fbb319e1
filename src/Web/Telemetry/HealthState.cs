using DxyOrleans.Core.Telemetry;
using DxyOrleans.Web.Api;

namespace DxyOrleans.Web.Telemetry;

/// <summary>The checks of <c>health</c>, each at its worst: what an alert asks for.</summary>
sealed class HealthState(HealthReader reader) : IStateSource
{
    public IReadOnlyList<StateGauge> Gauges { get; } =
    [new(TelemetryNames.Health, null, "How well a check is at its worst: 0 PASS, 1 WARN, 2 FAIL.")];

    public async Task<IReadOnlyList<StateValue>> ReadAsync(CancellationToken cancellation) =>
        [
            .. (await reader.ReadAsync(cancellation))
                .Checks.GroupBy(check => check.Name)
                .Select(checks => new StateValue(TelemetryNames.Health, checks.Max(check => Of(check.Status)), "check", checks.Key)),
        ];

    static double Of(string status) =>
        status switch
        {
            "PASS" => 0,
            "WARN" => 1,
            _ => 2,
        };
}
