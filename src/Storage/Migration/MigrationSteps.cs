namespace DxyOrleans.Storage.Migration;

/// <summary>Every step of a migration, in order; undoing goes through them backwards.</summary>
public static class MigrationSteps
{
    public static IReadOnlyList<IMigrationStep> All { get; } =
    [
    ];
}
