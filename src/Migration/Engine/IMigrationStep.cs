using DxyOrleans.Core.Gates;
using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Engine;

/// <summary>
/// A step of a phase. It can say what it will do, do it a bounded portion at a time, and undo it the same way. A call does at most one
/// portion, in one <see cref="RunTransaction"/> that records it, so that a call that died left all of it or nothing; whatever can't be done
/// in a transaction is done so that doing it again does no harm.
/// </summary>
public interface IMigrationStep
{
    /// <summary>Phase and step, like <c>copy/bars</c>; stable: progress is stored under it.</summary>
    string Name { get; }

    MigrationPhase Phase { get; }

    /// <summary>What it would do now, writing nothing: a line a thing, with counts.</summary>
    Task<IReadOnlyList<string>> PlanAsync(RunContext context, CancellationToken cancellation);

    /// <summary>Does the next portion.</summary>
    Task<StepOutcome> AdvanceAsync(RunContext context, CancellationToken cancellation);

    /// <summary>Undoes the next portion of what this step did in this run, however far it came; called until it says
    /// <see cref="StepOutcome.Done"/>.</summary>
    Task<StepOutcome> UndoAsync(RunContext context, CancellationToken cancellation);
}

/// <summary>What a call of a step came to.</summary>
public abstract record StepOutcome
{
    StepOutcome() { }

    /// <summary>A portion is committed, there is more.</summary>
    public sealed record More : StepOutcome;

    /// <summary>The step is complete. Its gates, if it has any, are stored and let the run go on; none may be FAIL.</summary>
    public sealed record Done(IReadOnlyList<Gate> Gates, string Summary = "{}") : StepOutcome;

    /// <summary>It can't go on yet: somebody or the market has to do something. It is called again later; nothing failed.</summary>
    /// <param name="Gates">Why.</param>
    /// <param name="Again">When to look again, real time.</param>
    public sealed record Waiting(IReadOnlyList<Gate> Gates, TimeSpan Again) : StepOutcome;

    /// <summary>Held back to spare the live path; called again after a moment.</summary>
    public sealed record Throttled(string Reason, TimeSpan Again) : StepOutcome
    {
        /// <summary>How a reason begins that is a lock which somebody holds.</summary>
        public const string Lock = "waits for a lock: ";
    }

    public static StepOutcome Finished(params IReadOnlyList<Gate> gates) => new Done(gates);
}
