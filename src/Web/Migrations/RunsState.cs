using DxyOrleans.Migration.Engine;
using DxyOrleans.Web.Telemetry;

namespace DxyOrleans.Web.Migrations;

/// <summary>The phase of each run that isn't over, by its state.</summary>
sealed class RunsState(RunsEndpoint runs) : IStateSource
{
    public IReadOnlyList<StateGauge> Gauges { get; } =
    [new(MigrationTelemetry.Phase, null, "The phase, 1 to 10, of the migration that is under way; by its state.")];

    public async Task<IReadOnlyList<StateValue>> ReadAsync(CancellationToken cancellation) =>
        [
            .. (await runs.RunsAsync(cancellation))
                .Where(run => run.FinishedAt is null)
                .GroupBy(run => run.State)
                .Select(run => new StateValue(MigrationTelemetry.Phase, run.Max(one => one.Phase), "state", run.Key)),
        ];
}
