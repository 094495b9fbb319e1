using DxyOrleans.Core.Migration;

namespace DxyOrleans.Storage.Migration.Phases.PreFlight;

/// <summary>Looks at everything before anything is changed; see <see cref="PreFlightChecks"/>.</summary>
public sealed class ChecksStep() : MigrationStep("pre-flight/checks", MigrationPhase.PreFlight)
{
    public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        [.. (await Checks(context).RunAsync(cancellation)).Select(gate => $"{gate.Verdict.ToString().ToUpperInvariant()} {gate.Name}: {gate.Observed}")];

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation) =>
        StepOutcome.Finished(await Checks(context).RunAsync(cancellation));

    static PreFlightChecks Checks(RunContext context) => new(context.Database, context.Run.Symbol, context.Run.Settings, context.RealTime, context.PastPooler);
}
