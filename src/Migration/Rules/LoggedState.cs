namespace DxyOrleans.Migration.Rules;

/// <summary>Which state a run's log leads to, told from its events alone.</summary>
public sealed class LoggedState
{
    public RunState State { get; private set; } = RunState.Running;

    public RunDirection Direction { get; private set; }

    /// <summary>The step that was begun last; empty before the first, and from the order to purge to its first step.</summary>
    public string Step { get; private set; } = "";

    /// <param name="kind">The event's kind.</param>
    /// <param name="step">The step it names; null when it names none.</param>
    public void Add(string kind, string? step)
    {
        (State, Direction) = kind switch
        {
            "started" or "resumed" or "retried" or "purge ordered" => (RunState.Running, Direction),
            "paused" => (RunState.Paused, Direction),
            "failed" => (RunState.Failed, Direction),
            "rollback ordered" => (RunState.Running, RunDirection.Back),
            "completed" => (RunState.Completed, Direction),
            "rolled back" => (RunState.RolledBack, Direction),
            "purged" => (RunState.Purged, Direction),
            "abandoned" => (RunState.Abandoned, Direction),
            _ => (State, Direction),
        };
        Step = kind switch
        {
            "step begun" or "undo begun" => step ?? "",
            "purge ordered" => "",
            _ => Step,
        };
    }

    /// <summary>How the run's row differs from it; null when it agrees.</summary>
    public string? Differs(RunState state, RunDirection direction, string step) =>
        (state, direction) != (State, Direction) ? $"the log leads to {State} ({Direction}), the run's row says {state} ({direction})"
        : step != Step ? $"the last step begun in the log is '{Step}', the run's row says '{step}'"
        : null;
}
