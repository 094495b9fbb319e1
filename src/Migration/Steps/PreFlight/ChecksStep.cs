using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Texts;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Steps.PreFlight;

/// <summary>Looks at everything before anything is changed; see <see cref="PreFlightChecks"/>.</summary>
public sealed class ChecksStep() : MigrationStep("pre-flight/checks", MigrationPhase.PreFlight)
{
    public override async Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Lines(await GatesAsync(context, cancellation));

    /// <summary>The same facts for who only looks: what a run would find now.</summary>
    public static Task<IReadOnlyList<Gate>> GatesAsync(RunContext context, CancellationToken cancellation) =>
        Checks(context, planning: true).RunAsync(cancellation);

    /// <summary>A line a gate.</summary>
    public static IReadOnlyList<string> Lines(IEnumerable<Gate> gates) =>
        [.. gates.Select(gate => $"{gate.Verdict.Capitals()} {gate.Name}: {gate.Observed}")];

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation) =>
        StepOutcome.Finished(await Checks(context, planning: false).RunAsync(cancellation));

    static PreFlightChecks Checks(RunContext context, bool planning) =>
        new(context.Database, context.Run.Symbol, context.Run.Settings, context.RealTime, context.PastPooler, planning);
}
