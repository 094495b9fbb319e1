using System.Text.Json;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Engine;

/// <summary>What most steps share: their name, and that they leave nothing to undo unless they say so.</summary>
/// <param name="name">Phase and step, like <c>copy/bars</c>.</param>
/// <param name="phase">Its phase.</param>
public abstract class MigrationStep(string name, MigrationPhase phase) : IMigrationStep
{
    /// <summary>How long to wait before looking again at what somebody else or the market has to do, real time.</summary>
    protected static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    public string Name => name;

    public MigrationPhase Phase => phase;

    public abstract Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation);

    public abstract Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation);

    public virtual Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation) =>
        Task.FromResult(StepOutcome.Finished());

    /// <summary>A value of the step's checkpoint; default when it has none of that name.</summary>
    protected T? Kept<T>(RunContext context, string name)
    {
        using var document = JsonDocument.Parse(context.Progress(this).Checkpoint);
        return document.RootElement.TryGetProperty(name, out var value) ? value.Deserialize<T>() : default;
    }

    /// <summary>Records the step's checkpoint in the transaction.</summary>
    protected Task KeepAsync<T>(RunContext context, RunTransaction transaction, string name, T value, CancellationToken cancellation)
    {
        var progress = context.Progress(this);
        var checkpoint = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(progress.Checkpoint)!;
        checkpoint[name] = JsonSerializer.SerializeToElement(value);
        return transaction.StepAsync(progress with { Checkpoint = JsonSerializer.Serialize(checkpoint) }, cancellation);
    }
}
