using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Schema.Catalog;

namespace DxyOrleans.Migration.Steps.Schema;

/// <summary>Reads every property again: what was mended, and what somebody changed meanwhile.</summary>
public sealed class ProofStep() : SchemaStep("schema/proof")
{
    public override Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult<IReadOnlyList<string>>(["read every property of both tables again"]);

    public override async Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation)
    {
        var tables = await TablesAsync(context, cancellation);
        Gate[] gates = [.. SchemaGates.All(tables[0], tables[1]), .. SchemaGates.All(tables[1], tables[0])];
        return gates.Any(gate => gate.Verdict == GateVerdict.Fail) ? new StepOutcome.Waiting(gates, Soon) : StepOutcome.Finished(gates);
    }
}
