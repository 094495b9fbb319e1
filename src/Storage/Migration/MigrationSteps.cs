using DxyOrleans.Storage.Migration.Phases.CleanUp;
using DxyOrleans.Storage.Migration.Phases.Deploy;
using DxyOrleans.Storage.Migration.Phases.Derive;
using DxyOrleans.Storage.Migration.Phases.Observe;
using DxyOrleans.Storage.Migration.Phases.Schema;
using DxyOrleans.Storage.Migration.Phases.SwitchReads;

namespace DxyOrleans.Storage.Migration;

/// <summary>Every step of a migration, in order; undoing goes through them backwards.</summary>
public static class MigrationSteps
{
    public static IReadOnlyList<IMigrationStep> All { get; } =
    [
        new ColumnsStep(),
        new KeysStep(),
        new SourceCheckStep(),
        new ProofStep(),
        new RegisterStep(),
        new OwnershipStep(),
        new DualWriteStep(),
        new FenceStep(),
        new CatchUpStep(),
        new QuietStep(),
        new CanaryStep(),
        new ReadsStep(),
        new RegistryStep(),
        new BucketsStep(),
        new RestartStep(),
        new WindowStep(),
        new OldWritesOffStep(),
    ];
}
