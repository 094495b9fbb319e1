using System.Collections.Immutable;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Views;

namespace DxyOrleans.Client.Commands.Migrate.Views;

/// <summary>How far a phase is.</summary>
/// <param name="Phase">Which.</param>
/// <param name="State"><c>waits</c> for its turn, <c>at work</c>, <c>done</c>, <c>undone</c>, or <c>skipped</c> by a rollback that came
/// first.</param>
/// <param name="Done">Steps done.</param>
/// <param name="Steps">Steps it has.</param>
/// <param name="Rows">Rows or things its steps dealt with.</param>
/// <param name="Began">Market time.</param>
/// <param name="Ended">Market time; null while it goes on.</param>
internal sealed record PhaseProgress(MigrationPhase Phase, string State, int Done, int Steps, long Rows, UtcTime? Began, UtcTime? Ended)
{
    /// <summary>The phases of a run; the purge only when there is one.</summary>
    public static ImmutableArray<PhaseProgress> Of(RunView view, IReadOnlyList<IMigrationStep> steps) =>
        [
            .. Enum.GetValues<MigrationPhase>()
                .Where(phase => phase != MigrationPhase.Purge || view.Run.Phase == MigrationPhase.Purge)
                .Select(phase => One(view, steps, phase)),
        ];

    static PhaseProgress One(RunView view, IReadOnlyList<IMigrationStep> steps, MigrationPhase phase)
    {
        var own = view.Steps.Where(step => step.Phase == phase).ToList();
        var names = steps.Where(step => step.Phase == phase).Select(step => step.Name).Union(own.Select(step => step.Name)).Count();
        var done = own.Count(step => step.State == StepState.Done);
        var ended = own.Count > 0 && own.All(step => step.FinishedAt is not null) ? own.Max(step => step.FinishedAt) : null;
        var back = view.Run.Direction == RunDirection.Back;
        var state =
            own.Count == 0 ? (back || !view.Run.IsUnfinished ? "skipped" : "waits")
            : own.All(step => step.State == StepState.Undone) ? "undone"
            : done == names ? "done"
            : view.Run.IsUnfinished ? "at work"
            : "left";
        return new PhaseProgress(
            phase,
            state,
            done,
            names,
            own.Sum(step => step.Done),
            own.Count == 0 ? null : own.Min(step => step.StartedAt),
            state is "done" or "undone" ? ended : null
        );
    }
}
