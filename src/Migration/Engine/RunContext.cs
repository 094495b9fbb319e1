using System.Collections.Immutable;
using DxyOrleans.Migration.Runs;
using Npgsql;

namespace DxyOrleans.Migration.Engine;

/// <summary>What a step may know: the run as it was read, the database, the clock for real durations, and where tests interrupt.</summary>
/// <param name="Run">As it was read.</param>
/// <param name="Steps">All steps' progress, by name.</param>
/// <param name="Database">The run's database.</param>
/// <param name="RealTime">For durations, throttling and retries. Market time is <c>dxy.now()</c>.</param>
/// <param name="Interrupt">Called at named points, in and between transactions; tests fail or die there. Names look like
/// <c>copy/bars:written</c>.</param>
/// <param name="PastPooler">The same database past a pooler; null where it isn't given.</param>
public sealed record RunContext(
    Run Run,
    ImmutableDictionary<string, RunStep> Steps,
    NpgsqlDataSource Database,
    TimeProvider RealTime,
    Func<string, CancellationToken, Task>? Interrupt = null,
    NpgsqlDataSource? PastPooler = null
)
{
    /// <summary>Connections that are sessions of the server: for what can't be in a transaction.</summary>
    public NpgsqlDataSource Direct => PastPooler ?? Database;

    /// <summary>The step's progress; a fresh one when it has none.</summary>
    public RunStep Progress(IMigrationStep step) =>
        Steps.GetValueOrDefault(step.Name) ?? new RunStep(step.Name, step.Phase, StepState.Started, "{}", 0, null);

    public Task At(IMigrationStep step, string point, CancellationToken cancellation) =>
        Interrupt?.Invoke($"{step.Name}:{point}", cancellation) ?? Task.CompletedTask;

    /// <summary>A transaction of the run's; see <see cref="RunTransaction"/>. One at a time, and one for each call of a step.</summary>
    public Task<RunTransaction> BeginAsync(CancellationToken cancellation) => RunTransaction.BeginAsync(Database, Run, cancellation);
}
