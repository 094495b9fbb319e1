using DxyOrleans.Migration.Rules;

namespace DxyOrleans.Migration.Runs;

/// <summary>How far a step is.</summary>
public enum StepState
{
    Started,
    Done,
    Undoing,
    Undone,
}

/// <summary>A step's progress as it is stored.</summary>
/// <param name="Step">Its name, like <c>copy/bars</c>.</param>
/// <param name="Phase">Its phase.</param>
/// <param name="State">How far it is.</param>
/// <param name="Checkpoint">The step's own JSON; <c>{}</c> at first.</param>
/// <param name="Done">Rows or things dealt with.</param>
/// <param name="Total">Of how many; null when that isn't known.</param>
public sealed record RunStep(string Step, MigrationPhase Phase, StepState State, string Checkpoint, long Done, long? Total);
