namespace DxyOrleans.Migration.Rules;

/// <summary>The phases of a migration, by the plan's numbers and names; purging comes after it, on an order of its own.</summary>
public enum MigrationPhase
{
    PreFlight = 1,
    Schema = 2,
    Derive = 3,
    Copy = 4,
    SwitchReads = 5,
    Test = 6,
    Deploy = 7,
    Observe = 8,
    CleanUp = 9,
    Purge = 10,
}

/// <summary>Phases as they are shown.</summary>
public static class MigrationPhases
{
    /// <summary>The phase's name, like <c>pre-flight</c>.</summary>
    public static string Title(this MigrationPhase phase) =>
        phase switch
        {
            MigrationPhase.PreFlight => "pre-flight",
            MigrationPhase.Schema => "schema",
            MigrationPhase.Derive => "derive",
            MigrationPhase.Copy => "copy",
            MigrationPhase.SwitchReads => "switch reads",
            MigrationPhase.Test => "test",
            MigrationPhase.Deploy => "deploy",
            MigrationPhase.Observe => "observe",
            MigrationPhase.CleanUp => "clean up",
            MigrationPhase.Purge => "purge",
            _ => throw new ArgumentOutOfRangeException(nameof(phase)),
        };
}
