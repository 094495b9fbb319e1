using System.Globalization;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Texts;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;

namespace DxyOrleans.Client.Commands.Migrate.Views;

/// <summary>States and numbers of a run as people read them, and as JSON has them.</summary>
internal static class RunWords
{
    public static string State(RunState state) => state.Text();

    public static string Direction(RunDirection direction) => direction.Text();

    public static string Step(StepState state) => state.Text();

    public static string Verdict(GateVerdict verdict) => verdict.Capitals();

    /// <summary>What it is doing, in a word or three.</summary>
    public static string Doing(Run run) =>
        run switch
        {
            { State: RunState.RolledBack } => "rolled back",
            { State: RunState.Running, Direction: RunDirection.Back } => "rolling back",
            { State: RunState.Running, Phase: MigrationPhase.Purge } => "purging",
            { Direction: RunDirection.Back } => $"{State(run.State)} while rolling back",
            _ => State(run.State),
        };

    public static string Phase(MigrationPhase phase) => string.Create(CultureInfo.InvariantCulture, $"{(int)phase} {phase.Title()}");

    public static string Count(double number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
